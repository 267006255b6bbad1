package idunno.core.state;

import static idunno.core.state.SampleCluster.AT_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How results go to the store as a job goes on, and become one file at its end. */
final class ResultChangesTest {
  private final SampleCluster cluster = new SampleCluster().withModel().withPhotos(20);
  private final ClusterState state = cluster.state();
  private final NodeId n1 = cluster.admit("n1", 1);
  private final JobSpec job = cluster.submit(20, 5, 1);

  private Progress progress() {
    return state.jobs().get(job.id()).orElseThrow();
  }

  private Command.PublishPart part(int first, int end, StoredChunk chunk) {
    NewFile file = SampleCluster.fileIn(job.partFile(progress().written().size() + 1), chunk);
    return new Command.PublishPart(job.id(), first, end, file, List.of(chunk), AT_MS);
  }

  private StoredChunk publishPart(int first, int end) {
    StoredChunk chunk = cluster.newChunk("n1");
    assertInstanceOf(Reply.Committed.class, cluster.apply(part(first, end, chunk)));
    return chunk;
  }

  private String refusal(Command command) {
    return assertInstanceOf(Reply.Refused.class, cluster.apply(command)).reason();
  }

  private void complete(int... batches) {
    for (int batch : batches) {
      cluster.complete(job.id(), batch, n1);
    }
  }

  @Test
  void aPartIsAFileAndTheStateForgetsItsResults() {
    complete(0, 1, 3);
    publishPart(0, 2);

    assertEquals(List.of(3), progress().batchesWithResults());
    assertEquals(2, progress().unwrittenFrom());
    assertEquals(15, progress().finished());
    FileName name = new FileName("results/job-1/part-00001.jsonl");
    assertEquals(
        progress().written().getFirst().version(), state.files().latest(name).orElseThrow());
  }

  @Test
  void ofTwoCoordinatorsThatWriteTheSamePartOneIsTakenAndTheOthersBytesGo() {
    complete(0, 1, 2);
    publishPart(0, 2);
    state.takeFreed();
    StoredChunk late = cluster.newChunk("n2");
    StoredChunk longer = cluster.newChunk("n2");

    assertEquals("job 1 awaits no results of batches 0 to 1", refusal(part(0, 2, late)));
    refusal(part(0, 3, longer));
    assertEquals(List.of(late.id(), longer.id()), state.takeFreed());
    assertEquals(List.of(2), progress().batchesWithResults());
  }

  @Test
  void aPartWithAGapOrOfAJobThatDoesNotRunIsRefused() {
    complete(0, 2);
    refusal(part(0, 3, cluster.newChunk("n1")));
    refusal(part(2, 3, cluster.newChunk("n1")));
    refusal(part(0, 0, cluster.newChunk("n1")));
    cluster.apply(new Command.PauseJob(job.id()));
    publishPart(0, 1);
    cluster.apply(new Command.CancelJob(job.id(), AT_MS));
    refusal(part(1, 2, cluster.newChunk("n1")));
    refusal(
        new Command.PublishPart(
            new JobId(9), 0, 1, new NewFile(job.partFile(1), 0, 0, List.of()), List.of(), AT_MS));
  }

  private Command.PublishResults whole(List<StoredChunk> parts, StoredChunk rest) {
    List<Extent> extents = new ArrayList<>();
    parts.forEach(chunk -> extents.add(new Extent(chunk.id(), 0, 10, 0)));
    extents.add(new Extent(rest.id(), 0, 10, 0));
    NewFile file = new NewFile(job.resultFile(), 10L * extents.size(), 0, extents);
    return new Command.PublishResults(job.id(), file, List.of(rest), AT_MS);
  }

  @Test
  void theResultFileTakesOverTheBytesOfItsPartsWhoseNamesGo() {
    complete(0, 1, 2);
    List<StoredChunk> parts = List.of(publishPart(0, 1), publishPart(1, 3));
    complete(3);
    state.takeFreed();
    StoredChunk rest = cluster.newChunk("n1");

    assertEquals(new Reply.Committed(List.of(1)), cluster.apply(whole(parts, rest)));
    assertEquals(JobState.DONE, progress().state());
    assertEquals(List.of(job.resultFile()), state.files().namesIn(new FileName("results")));
    assertEquals(List.of(), state.takeFreed());
    cluster.apply(new Command.DeleteFile(job.resultFile(), 0, AT_MS));
    assertEquals(
        List.of(parts.get(0).id(), parts.get(1).id(), rest.id()),
        state.takeFreed(),
        "nothing else refers to them");
  }

  @Test
  void aPartThatAUserDeletesOrPutsOverIsStillPartOfTheResultFile() {
    JobSpec other = cluster.submit(10, 5, 1);
    cluster.complete(other.id(), 0, n1);
    StoredChunk chunk = cluster.newChunk("n1");
    NewFile file = SampleCluster.fileIn(other.partFile(1), chunk);
    cluster.apply(new Command.PublishPart(other.id(), 0, 1, file, List.of(chunk), AT_MS));
    state.takeFreed();

    cluster.apply(new Command.DeleteFile(other.partFile(1), 0, AT_MS));
    assertEquals(List.of(), state.takeFreed());
    cluster.put(other.partFile(1), "n1");
    cluster.complete(other.id(), 1, n1);
    NewFile whole =
        new NewFile(other.resultFile(), 10, 0, List.of(new Extent(chunk.id(), 0, 10, 0)));
    assertInstanceOf(
        Reply.Committed.class,
        cluster.apply(new Command.PublishResults(other.id(), whole, List.of(), AT_MS)));
    assertTrue(state.files().latest(other.partFile(1)).isPresent(), "that one is the user's");
  }

  @Test
  void aCancelledJobLeavesItsPartsAsFilesWhoseSpaceComesBackWithThem() {
    complete(0, 1);
    StoredChunk chunk = publishPart(0, 1);
    cluster.apply(new Command.CancelJob(job.id(), AT_MS));
    assertEquals(1, progress().written().size());
    assertEquals(List.of(1), progress().batchesWithResults());
    state.takeFreed();

    cluster.apply(new Command.DeleteFile(job.partFile(1), 0, AT_MS));
    assertEquals(List.of(chunk.id()), state.takeFreed());
  }

  @Test
  void aRestoredStateGoesOnWithTheNextPart() {
    complete(0, 1);
    publishPart(0, 1);
    ClusterState restored = new ClusterState();
    restored.restore(state.snapshot());
    assertEquals(state.snapshot(), restored.snapshot());
    assertTrue(restored.jobs().get(job.id()).orElseThrow().awaitsPart(1, 2));
  }
}
