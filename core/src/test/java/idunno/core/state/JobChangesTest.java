package idunno.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import idunno.core.base.NodeId;
import idunno.core.base.Range;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Phase;
import idunno.core.jobs.QueryResult;
import idunno.core.models.ModelRef;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What users may do with jobs: have them wait, rest, go on, end, and share the machines. */
final class JobChangesTest {
  private static final long AT_MS = 1_000;

  private final SampleCluster cluster = new SampleCluster().withModel().withPhotos(20);
  private final NodeId n1 = cluster.admit("n1", 1);

  private JobSpec submit(Conditions conditions) {
    return cluster.submit(10, 5, conditions);
  }

  private JobSpec after(JobSpec job) {
    return submit(new Conditions(Optional.of(job.id()), Optional.empty()));
  }

  private JobState state(JobSpec job) {
    return cluster.state().jobs().get(job.id()).orElseThrow().state();
  }

  private String refusal(Command command) {
    return assertInstanceOf(Reply.Refused.class, cluster.apply(command)).reason();
  }

  private void completeWithFailures(JobSpec job, int batch, int failures) {
    BatchResult whole = cluster.result(new BatchKey(job.id(), batch), n1);
    List<QueryResult> results = new java.util.ArrayList<>(whole.results());
    Collections.fill(results.subList(0, failures), new QueryResult.Failed("broken"));
    cluster.apply(
        new Command.CompleteBatches(
            List.of(
                new BatchResult(
                    whole.key(),
                    n1,
                    whole.startedMs(),
                    whole.finishedMs(),
                    results,
                    whole.timings())),
            AT_MS));
  }

  @Test
  void aJobAfterAnotherBeginsWhenThatHasEndedInWhateverWay() {
    JobSpec first = submit(Conditions.NONE);
    JobSpec second = after(first);
    JobSpec third = after(second);
    assertEquals(JobState.QUEUED, state(second));

    cluster.apply(new Command.CancelJob(first.id(), AT_MS));
    assertEquals(JobState.RUNNING, state(second));
    assertEquals(JobState.QUEUED, state(third));
    assertEquals(JobState.RUNNING, state(after(first)), "that one has ended already");
  }

  @Test
  void aJobAfterOneThatIsNotThereIsRefused() {
    assertEquals(
        "there is no job 7; 'jobs' lists them",
        refusal(
            new Command.SubmitJob(
                ModelRef.latest(SampleCluster.MODEL),
                Optional.of(SampleCluster.PHOTOS),
                new Range(0, 9),
                Optional.of(5),
                1,
                new Conditions(Optional.of(new JobId(7)), Optional.empty()),
                AT_MS)));
    assertEquals(List.of(), List.copyOf(cluster.state().jobs().all()), "and pins nothing");
  }

  @Test
  void aJobThatRestsTakesResultsThatStillComeInAndGoesOnWhereItWas() {
    JobSpec job = submit(Conditions.NONE);
    cluster.apply(new Command.PauseJob(job.id()));
    assertEquals(JobState.PAUSED, state(job));
    assertEquals("job 1 is paused", refusal(new Command.PauseJob(job.id())));
    cluster.complete(job.id(), 0, n1);
    assertEquals(5, cluster.state().jobs().get(job.id()).orElseThrow().finished());

    cluster.apply(new Command.ResumeJob(job.id()));
    assertEquals(JobState.RUNNING, state(job));
    assertEquals("job 1 is running", refusal(new Command.ResumeJob(job.id())));
    cluster.complete(job.id(), 1, n1);
    assertEquals(JobState.PUBLISHING, state(job));
    assertEquals("job 1 is publishing", refusal(new Command.CancelJob(job.id(), AT_MS)));
  }

  @Test
  void aQueuedJobThatWasPausedStillWaitsForTheOneBeforeItWhenItIsResumed() {
    JobSpec first = submit(Conditions.NONE);
    JobSpec second = after(first);
    cluster.apply(new Command.PauseJob(second.id()));
    cluster.apply(new Command.ResumeJob(second.id()));
    assertEquals(JobState.QUEUED, state(second));

    cluster.apply(new Command.PauseJob(second.id()));
    cluster.apply(new Command.CancelJob(first.id(), AT_MS));
    assertEquals(JobState.PAUSED, state(second));
    cluster.apply(new Command.ResumeJob(second.id()));
    assertEquals(JobState.RUNNING, state(second));
  }

  @Test
  void aJobWithMoreFailuresThanItMayHaveEndsAndLetsItsPicturesGo() {
    JobSpec job = submit(new Conditions(Optional.empty(), Optional.of(2)));
    JobSpec next = after(job);
    completeWithFailures(job, 0, 2);
    assertEquals(JobState.RUNNING, state(job), "as many as it may have");
    completeWithFailures(job, 1, 1);

    assertEquals(JobState.FAILED, state(job));
    assertEquals(JobState.RUNNING, state(next));
    assertEquals("job 1 is failed", refusal(new Command.ResumeJob(job.id())));
    assertEquals(
        List.of(0, 1), cluster.state().jobs().get(job.id()).orElseThrow().batchesWithResults());
  }

  @Test
  void phaseAndFairnessAreKeptInSnapshots() {
    assertEquals(Phase.INFERENCE, cluster.state().jobs().phase());
    assertEquals(Fairness.RATE, cluster.state().jobs().fairness());
    cluster.apply(new Command.EnterPhase(Phase.TRAINING));
    cluster.apply(new Command.ShareBy(Fairness.TIME));
    JobSpec job = submit(new Conditions(Optional.empty(), Optional.of(3)));

    ClusterState other = new ClusterState();
    other.restore(cluster.state().snapshot());
    assertEquals(Phase.TRAINING, other.jobs().phase());
    assertEquals(Fairness.TIME, other.jobs().fairness());
    assertEquals(job, other.jobs().get(job.id()).orElseThrow().spec());
    assertEquals(cluster.state().snapshot(), other.snapshot());
  }
}
