package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.base.NodeId;
import idunno.core.files.NewFile;
import idunno.core.jobs.JobSpec;
import idunno.core.state.Command;
import idunno.core.state.SampleCluster;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When results are put in the store as a job goes on. */
final class ScribeTest {
  private static final PartRule RULE = new PartRule(10, 5_000);

  private final SampleCluster cluster = new SampleCluster().withModel().withPhotos(40);
  private final NodeId n1 = cluster.admit("n1", 1);
  private final JobSpec job = cluster.submit(40, 5, 1);
  private final Scribe scribe = new Scribe(RULE);

  private List<Effect> tick(long nowMs) {
    List<Effect> effects = new ArrayList<>();
    scribe.tick(cluster.state(), nowMs, effects);
    return effects;
  }

  private void complete(int... batches) {
    for (int batch : batches) {
      cluster.complete(job.id(), batch, n1);
    }
  }

  private Effect part(int first, int end) {
    return new Effect.PublishPart(job.id(), first, end);
  }

  private void commit(int first, int end) {
    NewFile file = new NewFile(job.partFile(1), 0, 0, List.of());
    cluster.apply(new Command.PublishPart(job.id(), first, end, file, List.of(), 1));
    scribe.partEnded(job.id(), true, 0);
  }

  @Test
  void enoughBatchesInARowAreAPartAtOnceAndOneIsWrittenAtATime() {
    complete(0, 2, 3);
    assertEquals(List.of(), tick(0), "the second is missing");
    complete(1);
    assertEquals(List.of(part(0, 4)), tick(100));
    complete(4, 5, 6);
    assertEquals(List.of(), tick(200), "one is under way");
    commit(0, 4);
    assertEquals(List.of(part(4, 7)), tick(300));
  }

  @Test
  void whatIsLessWaitsForSomeSeconds() {
    tick(0);
    complete(0);
    assertEquals(List.of(), tick(4_900));
    assertEquals(List.of(part(0, 1)), tick(5_000));
    commit(0, 1);
    assertEquals(List.of(), tick(20_000), "there is nothing new");
    complete(1);
    assertEquals(List.of(part(1, 2)), tick(20_100));
  }

  @Test
  void aPartThatCameToNothingIsTriedAgainAMomentLater() {
    complete(0, 1);
    assertEquals(List.of(part(0, 2)), tick(0));
    scribe.partEnded(job.id(), false, 100);
    assertEquals(List.of(), tick(200));
    complete(2);
    assertEquals(List.of(part(0, 3)), tick(1_100));
  }

  @Test
  void aJobThatIsAtItsEndHasNoMorePartsButItsFileOnce() {
    complete(0, 1, 2, 3, 4, 5, 6);
    assertEquals(List.of(part(0, 7)), tick(0));
    complete(7);
    assertEquals(
        List.of(
            new Effect.Tell(new Event.JobCompleted(job.id(), 40, 0)), new Effect.Publish(job.id())),
        tick(100));
    scribe.partEnded(job.id(), true, 150);
    assertEquals(List.of(), tick(10_000));
  }
}
