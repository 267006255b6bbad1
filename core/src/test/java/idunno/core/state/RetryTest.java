package idunno.core.state;

import static idunno.core.state.SampleCluster.AT_MS;
import static idunno.core.state.SampleCluster.MODEL;
import static idunno.core.state.SampleCluster.PHOTOS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.JobTable;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.models.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a job that has ended goes on with the queries that found no answer. */
final class RetryTest {
  private final SampleCluster cluster = new SampleCluster().withModel().withPhotos(20);
  private final ClusterState state = cluster.state();
  private final NodeId n1 = cluster.admit("n1", 1);

  private JobSpec submit(Optional<Integer> maxFailures) {
    Reply reply =
        cluster.apply(
            new Command.SubmitJob(
                ModelRef.latest(MODEL),
                Optional.of(PHOTOS),
                new Range(0, 19),
                Optional.of(5),
                1,
                new Conditions(Optional.empty(), maxFailures),
                AT_MS));
    return assertInstanceOf(Reply.Submitted.class, reply).job();
  }

  private Progress progress(JobSpec job) {
    return state.jobs().get(job.id()).orElseThrow();
  }

  private static FileName photo(int number) {
    return PHOTOS.resolve(String.format("%05d.jpg", number));
  }

  /** Completes a batch; the queries at those places in it fail. */
  private Reply complete(JobSpec job, int batch, Integer... failing) {
    BatchResult well = cluster.result(new BatchKey(job.id(), batch), n1);
    List<QueryResult> results = new ArrayList<>(well.results());
    for (int at : failing) {
      results.set(at, new QueryResult.Failed("broken"));
    }
    return cluster.apply(
        new Command.CompleteBatches(
            List.of(
                new BatchResult(
                    well.key(), n1, well.startedMs(), well.finishedMs(), results, well.timings())),
            AT_MS));
  }

  private Reply publish(JobSpec job) {
    return cluster.apply(
        new Command.PublishResults(
            job.id(),
            new NewFile(job.resultFile(), 0, 0, List.of()),
            List.of(),
            Optional.of(progress(job).cut().batches()),
            AT_MS));
  }

  private Reply retry(JobSpec job) {
    return cluster.apply(new Command.RetryFailed(job.id(), 2 * AT_MS));
  }

  private String refusal(JobSpec job) {
    return assertInstanceOf(Reply.Refused.class, retry(job)).reason();
  }

  /** A job that is done; its queries 1, 2 and 13 failed. */
  private JobSpec doneWithThreeFailures() {
    JobSpec job = submit(Optional.empty());
    complete(job, 0, 1, 2);
    complete(job, 1);
    complete(job, 2, 3);
    complete(job, 3);
    publish(job);
    assertEquals(JobState.DONE, progress(job).state());
    return job;
  }

  @Test
  void whatHasNoFailedQueriesOrHasNotEndedIsRefusedWithAReason() {
    JobSpec job = submit(Optional.empty());
    assertEquals("job 1 is running; wait for its end", refusal(job));
    cluster.apply(new Command.PauseJob(job.id()));
    assertEquals("job 1 is paused; wait for its end", refusal(job));
    for (int batch = 0; batch < 4; batch++) {
      complete(job, batch);
    }
    assertEquals("job 1 is publishing; wait for its end", refusal(job));
    publish(job);
    assertEquals("job 1 has no failed queries", refusal(job));

    JobSpec cancelled = submit(Optional.empty());
    cluster.apply(new Command.CancelJob(cancelled.id(), AT_MS));
    assertEquals("job 2 is cancelled; submit it anew", refusal(cancelled));
    assertEquals(
        new Reply.Refused("there is no job 9; 'jobs' lists them"),
        cluster.apply(new Command.RetryFailed(new JobId(9), AT_MS)));
  }

  @Test
  void exactlyTheFailedQueriesAreRunAgainOnThePicturesAsTheyAreNow() {
    JobSpec job = doneWithThreeFailures();
    StoredChunk chunk = cluster.put(photo(2), "n1");
    assertEquals(new Reply.Retried(3, 0), retry(job));

    Progress progress = progress(job);
    assertEquals(JobState.RUNNING, progress.state());
    assertEquals(17, progress.finished());
    assertEquals(0, progress.failures());
    assertEquals(1, progress.batchesLeft());
    assertEquals(4, progress.nextUndone(0));
    assertEquals("1..2,13..13", progress.cut().queriesOf(4).toString());
    assertEquals(
        List.of(photo(1), photo(2), photo(13)),
        progress.inputsOf(4).stream().map(Input::name).toList());
    assertEquals(2, progress.inputsOf(4).get(1).version().number());
    state.takeFreed();
    cluster.apply(new Command.DeleteFile(photo(2), 0, AT_MS));
    assertEquals(List.of(), state.takeFreed(), "it is pinned");

    complete(job, 4);
    assertEquals(JobState.PUBLISHING, progress.state());
    assertEquals(new Reply.Committed(List.of(2)), publish(job));
    assertEquals(20, progress.finished());
    assertEquals(List.of(chunk.id()), state.takeFreed());
    assertEquals("job 1 has no failed queries", refusal(job));
    assertEquals(5, progress.records().size(), "what was run before is history");
  }

  @Test
  void aLateResultOfAnEarlierBatchIsADuplicateAndNotARetrysResult() {
    JobSpec job = doneWithThreeFailures();
    retry(job);
    assertEquals(new Reply.Completed(0, 1), complete(job, 0));
    assertEquals(1, progress(job).duplicates());
    assertEquals(17, progress(job).finished());
    assertEquals(List.of(), progress(job).batchesWithResults());
  }

  @Test
  void aSecondRetryTakesWhatFailedAgain() {
    JobSpec job = doneWithThreeFailures();
    retry(job);
    complete(job, 4, 2);
    publish(job);
    assertEquals(1, progress(job).failures());

    assertEquals(new Reply.Retried(1, 0), retry(job));
    assertEquals("13..13", progress(job).cut().queriesOf(5).toString());
    complete(job, 5);
    publish(job);
    assertEquals(0, progress(job).failures());
    assertEquals(20, progress(job).finished());
    assertEquals(3, state.files().latest(job.resultFile()).orElseThrow().number());
  }

  @Test
  void aResultFileThatComesLateIsNotThatOfARetry() {
    JobSpec job = doneWithThreeFailures();
    retry(job);
    complete(job, 4);
    StoredChunk chunk = cluster.newChunk("n1");
    assertInstanceOf(
        Reply.Refused.class,
        cluster.apply(
            new Command.PublishResults(
                job.id(),
                SampleCluster.fileIn(job.resultFile(), chunk),
                List.of(chunk),
                Optional.of(4),
                AT_MS)));
    assertEquals(JobState.PUBLISHING, progress(job).state());
  }

  @Test
  void aPictureThatIsGoneStaysAFailure() {
    JobSpec job = doneWithThreeFailures();
    cluster.apply(new Command.DeleteFile(photo(2), 0, AT_MS));
    assertEquals(new Reply.Retried(2, 1), retry(job));
    assertEquals(1, progress(job).failures());
    assertEquals(18, progress(job).finished());
    complete(job, 4);
    publish(job);
    assertEquals(1, progress(job).failures());
    assertEquals(20, progress(job).finished());

    assertTrue(refusal(job).startsWith("job 1: none of the pictures of its failed queries (1)"));
    cluster.put(photo(2), "n1");
    assertEquals(new Reply.Retried(1, 0), retry(job));
  }

  @Test
  void aJobThatWasGivenUpGoesOnWithWhatFailedAndWhatWasNeverRun() {
    JobSpec job = submit(Optional.of(1));
    complete(job, 1);
    complete(job, 0, 0, 4);
    assertEquals(JobState.FAILED, progress(job).state());
    cluster.apply(new Command.DeleteFile(photo(19), 0, AT_MS));

    assertEquals(new Reply.Retried(11, 1), retry(job));
    assertEquals(9, progress(job).finished(), "8 went well, and one picture is gone");
    assertEquals(1, progress(job).failures());
    assertEquals("0..0,4..4,10..12", progress(job).cut().queriesOf(4).toString());
    assertEquals("18..18", progress(job).cut().queriesOf(6).toString());
    assertEquals(new Reply.Completed(0, 1), complete(job, 2), "that number is used up");
    assertEquals(List.of(0, 1), progress(job).batchesWithResults());
    assertEquals(photo(3), progress(job).inputsOf(0).get(3).name());

    complete(job, 4, 0);
    assertEquals(JobState.FAILED, progress(job).state(), "two failures again");
    cluster.put(photo(19), "n1");
    assertEquals(new Reply.Retried(8, 0), retry(job));
    complete(job, 7);
    complete(job, 8);
    assertEquals(JobState.PUBLISHING, progress(job).state());
    assertEquals(20, progress(job).finished());
    assertEquals(0, progress(job).failures());
  }

  @Test
  void withoutItsModelOrItsEarlierResultsAJobIsNotRunAgain() {
    JobSpec job = doneWithThreeFailures();
    cluster.apply(new Command.DeleteFile(job.resultFile(), 3 * AT_MS, AT_MS));
    assertEquals(
        "job 1: its earlier results in results/job-1.jsonl were deleted or moved; undelete them,"
            + " or submit it anew",
        refusal(job));
    cluster.apply(new Command.UndeleteFile(job.resultFile()));
    cluster.apply(new Command.RemoveModel(ModelRef.latest(MODEL)));
    assertTrue(refusal(job).startsWith("job 1: its model resnet50@1 was removed"));
  }

  @Test
  void theEarlierFileIsKeptForTheNewOneWhateverBecomesOfItsName() {
    JobSpec job = submit(Optional.empty());
    complete(job, 0, 1);
    complete(job, 1);
    complete(job, 2);
    complete(job, 3);
    StoredChunk chunk = cluster.newChunk("n1");
    cluster.apply(
        new Command.PublishResults(
            job.id(), SampleCluster.fileIn(job.resultFile(), chunk), List.of(chunk), AT_MS));
    retry(job);
    state.takeFreed();
    cluster.apply(new Command.DeleteFile(job.resultFile(), 0, AT_MS));
    assertEquals(List.of(), state.takeFreed());
    assertTrue(progress(job).base().isPresent());
    complete(job, 4);
    publish(job);
    assertEquals(List.of(chunk.id()), state.takeFreed());
  }

  @Test
  void aStateThatIsRestoredAmidARetryIsEqualAndGoesOnEqually() {
    JobSpec job = submit(Optional.of(1));
    complete(job, 0);
    NewFile part = new NewFile(job.partFile(1), 0, 0, List.of());
    cluster.apply(new Command.PublishPart(job.id(), 0, 1, part, List.of(), AT_MS));
    complete(job, 1, 0, 4);
    retry(job);
    ClusterState restored = new ClusterState();
    restored.restore(state.snapshot());
    assertEquals(state.snapshot(), restored.snapshot());

    Progress mine = progress(job);
    Progress theirs = restored.jobs().get(job.id()).orElseThrow();
    assertEquals(mine.finished(), theirs.finished());
    assertEquals(mine.failures(), theirs.failures());
    assertEquals(mine.inputsOf(1), theirs.inputsOf(1));
    assertEquals(mine.inputsOf(4), theirs.inputsOf(4));
    assertEquals(mine.unwrittenFrom(), theirs.unwrittenFrom());
    assertEquals(4, theirs.unwrittenFrom());
    assertFalse(theirs.awaitsPart(1, 2), "that was the round before");
  }

  @Test
  void aSnapshotOfBeforeRetriesWereKnownIsReadAndItsRunningJobsCanBeRetriedLater() {
    JobSpec job = submit(Optional.empty());
    complete(job, 0, 1);
    Snapshot now = state.snapshot();
    Progress.Recorded recorded = now.jobs().jobs().getFirst();
    Progress.Recorded old =
        new Progress.Recorded(
            recorded.spec(),
            recorded.inputs(),
            recorded.records(),
            recorded.results(),
            recorded.times(),
            recorded.parts(),
            recorded.state(),
            recorded.endedMs(),
            recorded.duplicates(),
            Optional.empty());
    state.restore(
        new Snapshot(
            now.members(),
            now.files(),
            now.models(),
            new JobTable.Recorded(
                List.of(old),
                now.jobs().submitted(),
                now.jobs().lastDataset(),
                now.jobs().fairness(),
                now.jobs().phase()),
            now.sessions()));
    complete(job, 1);
    complete(job, 2);
    complete(job, 3);
    publish(job);
    assertEquals(new Reply.Retried(1, 0), retry(job));
  }
}
