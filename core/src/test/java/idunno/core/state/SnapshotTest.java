package idunno.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.RequestId;
import idunno.core.jobs.JobState;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SnapshotTest {
  private static final int SEEDS = 40;
  private static final int COMMANDS = 400;

  private static Request request(int number, Command command) {
    return new Request(new RequestId("client-" + number % 3, number), command);
  }

  @Test
  void aRestoredStateIsEqualAndGoesOnEqually() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      RandomCommands commands = new RandomCommands(seed);
      ClusterState original = new ClusterState();
      for (int i = 0; i < COMMANDS; i++) {
        original.apply(request(i, commands.next()));
      }
      Snapshot taken = original.snapshot();
      ClusterState restored = new ClusterState();
      restored.apply(request(1, commands.next()));
      restored.restore(taken);
      original.takeFreed();
      assertEquals(taken, restored.snapshot(), "seed " + seed);

      for (int i = COMMANDS; i < 2 * COMMANDS; i++) {
        Request next = request(i, commands.next());
        assertEquals(original.apply(next), restored.apply(next), "seed " + seed + ": " + next);
      }
      assertEquals(original.snapshot(), restored.snapshot(), "seed " + seed);
      assertEquals(original.takeFreed(), restored.takeFreed(), "seed " + seed);
    }
  }

  @Test
  void aSnapshotIsNotTouchedByWhatComesAfterIt() {
    RandomCommands commands = new RandomCommands(1);
    ClusterState state = new ClusterState();
    for (int i = 0; i < COMMANDS; i++) {
      state.apply(request(i, commands.next()));
    }
    Snapshot taken = state.snapshot();
    String before = taken.toString();
    for (int i = COMMANDS; i < 2 * COMMANDS; i++) {
      state.apply(request(i, commands.next()));
    }

    assertEquals(before, taken.toString());
  }

  @Test
  void aRetryIsRecognisedAfterTheRestore() {
    RandomCommands commands = new RandomCommands(2);
    ClusterState original = new ClusterState();
    Request last = request(0, commands.next());
    for (int i = 0; i < COMMANDS; i++) {
      last = request(i, commands.next());
      original.apply(last);
    }
    ClusterState restored = new ClusterState();
    restored.restore(original.snapshot());
    long changes = restored.changes();

    assertEquals(original.apply(last), restored.apply(last));
    assertEquals(changes, restored.changes());
  }

  @Test
  void theDrawnCommandsReachEveryStateAndEveryKindOfReply() {
    Set<Class<?>> replies = new HashSet<>();
    Set<JobState> states = new HashSet<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      RandomCommands commands = new RandomCommands(seed);
      ClusterState state = new ClusterState();
      for (int i = 0; i < COMMANDS; i++) {
        replies.add(state.apply(request(i, commands.next())).getClass());
        state.jobs().all().forEach(job -> states.add(job.state()));
      }
    }

    assertEquals(Set.of(JobState.values()), states);
    assertTrue(
        replies.containsAll(Set.of(Reply.class.getPermittedSubclasses())), replies::toString);
  }
}
