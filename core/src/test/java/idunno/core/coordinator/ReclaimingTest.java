package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.files.FileName;
import idunno.core.state.Command;
import idunno.core.state.SampleCluster;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReclaimingTest {
  private static final FileName NOTE = new FileName("notes/today.txt");

  private final SampleCluster cluster = new SampleCluster();
  private final Reclaiming reclaiming = new Reclaiming(0);

  private List<Effect> tick(long nowMs) {
    List<Effect> effects = new ArrayList<>();
    reclaiming.tick(cluster.state(), nowMs, effects);
    return effects;
  }

  @Test
  void whatIsDueIsReclaimedWithinAMinuteAndNothingIsProposedOtherwise() {
    cluster.put(NOTE, "n1");
    assertEquals(List.of(), tick(60_000), "nothing is deleted");
    cluster.apply(new Command.DeleteFile(NOTE, 100_000, 60_000));
    assertEquals(List.of(), tick(100_000), "looked for a moment ago");
    Effect reclaim = new Effect.Propose(new Command.ReclaimDeleted(120_000));
    assertEquals(List.of(reclaim), tick(120_000));
    assertEquals(List.of(), tick(120_500), "is under way");
    cluster.apply(new Command.ReclaimDeleted(120_000));
    assertEquals(List.of(), tick(180_000));
  }

  @Test
  void whatIsNotDueIsLeftAlone() {
    cluster.put(NOTE, "n1");
    cluster.apply(new Command.DeleteFile(NOTE, 1_000_000, 5));
    assertEquals(List.of(), tick(60_000));
  }
}
