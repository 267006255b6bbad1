package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CatchUpTest {
  /** Applies so many entries a look, as far as its group's log goes. */
  private static final class Fake implements CatchUp.Replica {
    private final long entries;
    private final long entriesALook;
    private long applied;
    private int looks;
    private boolean ended;

    Fake(long entries, long entriesALook) {
      this.entries = entries;
      this.entriesALook = entriesALook;
    }

    @Override
    public Optional<String> awaitCurrent(Duration within) {
      looks++;
      applied = Math.min(entries, applied + entriesALook);
      return applied == entries ? Optional.empty() : Optional.of("it is catching up");
    }

    @Override
    public long appliedIndex() {
      return applied;
    }

    @Override
    public boolean hasEnded() {
      return ended;
    }
  }

  @Test
  void howeverLongTheLogIsItIsAppliedToItsEnd() throws Exception {
    Fake replica = new Fake(1_000, 10);
    new CatchUp(replica).whileItGoesOn();
    assertEquals(1_000, replica.appliedIndex());
  }

  @Test
  void whereNothingComesItIsForAdmissionToSayWhatIsWrong() throws Exception {
    Fake replica = new Fake(1_000, 0);
    new CatchUp(replica).whileItGoesOn();
    assertEquals(1, replica.looks);
  }

  @Test
  void aReplicaThatHasEndedIsNotWaitedFor() throws Exception {
    Fake replica = new Fake(1_000, 10);
    replica.ended = true;
    new CatchUp(replica).whileItGoesOn();
    assertEquals(1, replica.looks);
    IOException why = assertThrows(IOException.class, new CatchUp(replica)::toTheEnd);
    assertEquals("it is catching up", why.getMessage());
  }

  @Test
  void aMemberIsWaitedForUntilItIsCurrent() throws Exception {
    Fake replica = new Fake(40, 10);
    new CatchUp(replica).toTheEnd();
    assertEquals(4, replica.looks);
  }
}
