package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.NewFile;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.QueryResult;
import idunno.core.state.Command;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How work is handed out, comes back and is finished while nobody dies. */
final class CoordinatorWorkTest {
  private final Stage stage = new Stage();
  private final WorkerDesk n1 = stage.join("n1");
  private final WorkerDesk n2 = stage.join("n2");

  private JobSpec begin(int queries, int batchSize) {
    stage.elect(Optional.empty());
    stage.hear(Stage.beatOf(n1));
    stage.hear(Stage.beatOf(n2));
    return stage.submit(queries, batchSize);
  }

  private static BatchKey key(JobSpec job, int number) {
    return new BatchKey(job.id(), number);
  }

  @Test
  void whoAsksGetsAsMuchAsItWantsAndNobodyGetsTheSame() {
    begin(100, 10);

    assertEquals(List.of(0, 1), Stage.numbers(stage.beat(n1)));
    assertEquals(List.of(2, 3), Stage.numbers(stage.beat(n2)));
    assertEquals(List.of(), Stage.numbers(stage.beat(n1)), "its desk is full");
  }

  @Test
  void aBatchWhoseAnswerWasLostIsGivenAgainWithTheNextBeat() {
    JobSpec job = begin(100, 10);
    stage.hear(Stage.beatOf(n1));

    assertEquals(List.of(0, 1), Stage.numbers(stage.beat(n1)));
    assertTrue(
        stage.told.contains(new Event.BatchReturned(key(job, 0), n1.me(), "not on its desk")));
  }

  @Test
  void aRepeatedOrOvertakenBeatChangesNothing() {
    begin(100, 10);
    Beat early = Stage.beatOf(n1);
    Beat late = Stage.beatOf(n1);
    assertEquals(List.of(0, 1), Stage.numbers(stage.hear(late)));

    assertEquals(Beat.Answer.nothing(Beat.Standing.MEMBER), stage.hear(late));
    assertEquals(Beat.Answer.nothing(Beat.Standing.MEMBER), stage.hear(early));
    assertEquals(2, stage.report().jobs().getFirst().running().size());
  }

  @Test
  void aResultIsProposedOnceHoweverOftenItIsReportedAndSettledWhenCommitted() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    assertEquals(List.of(), stage.beat(n1).settled());
    assertEquals(1, stage.proposed().size());

    stage.commit();
    assertEquals(List.of(key(job, 0)), stage.beat(n1).settled());
    assertTrue(n1.isEmpty());
    assertEquals(10, stage.progress(job).finished());
    assertEquals(0, stage.progress(job).duplicates());
  }

  @Test
  void aResultThatComesAfterAnotherNodesIsCountedAsADuplicateOnceHoweverOftenItIsReported() {
    JobSpec job = begin(20, 10);
    stage.beat(n1);
    stage.cluster.apply(
        new Command.CompleteBatches(List.of(stage.cluster.result(key(job, 0), n2.me())), 1));
    stage.finish(n1, key(job, 0));
    stage.hear(Stage.beatOf(n1));
    assertEquals(List.of(key(job, 0)), stage.hear(Stage.beatOf(n1)).settled());
    stage.commit();
    stage.beat(n1);
    stage.finish(n1, key(job, 1));
    stage.beat(n1);
    stage.commit();

    assertEquals(1, stage.progress(job).duplicates());
    assertEquals(20, stage.progress(job).finished());
    assertEquals(
        List.of(new Event.DuplicateDropped(key(job, 0), n1.me())),
        stage.told.stream().filter(Event.DuplicateDropped.class::isInstance).toList());
  }

  @Test
  void resultsWhoseProposalWasLostAreProposedAgain() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    stage.loseProposed();
    stage.step(new Happening.ResultsUnsettled(List.of(key(job, 0))));

    stage.beat(n1);
    stage.commit();
    assertEquals(10, stage.progress(job).finished());
  }

  @Test
  void aBatchWhoseResultsWereLostWithTheirWorkerIsRunByAnother() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    stage.loseProposed();
    stage.step(new Happening.ResultsUnsettled(List.of(key(job, 0))));

    assertEquals(List.of(0), Stage.numbers(stage.beat(n2)));
  }

  @Test
  void aNodeThatCannotRunABatchDoesNotGetItAgainWhileAnotherIsLeftToTry() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    n1.giveBack(key(job, 0), "no memory");

    assertEquals(List.of(), Stage.numbers(stage.beat(n1)));
    assertEquals(List.of(0), Stage.numbers(stage.beat(n2)));
  }

  @Test
  void aRefusalThatIsSaidAgainAfterALostAnswerCountsOnce() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    n1.giveBack(key(job, 0), "no memory");
    stage.hear(Stage.beatOf(n1));
    stage.beat(n2);
    n2.giveBack(key(job, 0), "no memory");
    assertEquals(List.of(0), Stage.numbers(stage.beat(n2)), "both refused: a second attempt");

    stage.hear(Stage.beatOf(n1));
    assertEquals(List.of(), stage.proposed(), "n2 is at it");
    stage.finish(n2, key(job, 0));
    stage.beat(n2);
    stage.commit();
    assertEquals(0, stage.progress(job).failures());
  }

  @Test
  void aBatchThatNobodyCanRunFailsAfterThreeAttemptsThoughSomeMembersRunNothing() {
    stage.cluster.admit("storage-only", 0);
    WorkerDesk leaving = stage.join("n3");
    leaving.leave();
    JobSpec job = begin(10, 10);
    stage.beat(leaving);
    assertEquals(List.of(0), Stage.numbers(stage.beat(n1)));
    n1.giveBack(key(job, 0), "no memory");
    assertEquals(List.of(), Stage.numbers(stage.beat(n1)));
    assertEquals(List.of(0), Stage.numbers(stage.beat(n2)));
    n2.giveBack(key(job, 0), "no memory");
    assertEquals(List.of(0), Stage.numbers(stage.beat(n2)), "all refused once: a third attempt");
    assertEquals(List.of(), stage.proposed());
    n2.giveBack(key(job, 0), "no memory");
    assertEquals(List.of(), Stage.numbers(stage.beat(n2)));
    stage.commit();

    assertEquals(JobState.PUBLISHING, stage.progress(job).state());
    assertEquals(10, stage.progress(job).failures());
    assertEquals(
        new QueryResult.Failed("no node could run it: no memory"),
        stage.progress(job).resultsOf(0).getFirst());
  }

  @Test
  void aResultThatDoesNotFitItsBatchIsARefusalAndAnotherRunsTheBatch() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    BatchResult whole = stage.cluster.result(key(job, 0), n1.me());
    n1.finish(
        new BatchResult(
            whole.key(),
            n1.me(),
            0,
            1,
            whole.results().subList(0, 9),
            whole.timings().subList(0, 9)));

    assertEquals(List.of(key(job, 0)), stage.beat(n1).settled());
    assertEquals(List.of(), stage.proposed());
    assertEquals(List.of(0), Stage.numbers(stage.beat(n2)));
  }

  @Test
  void ofTwoWhoHoldTheSameBatchTheSecondIsToldToDropIt() {
    JobSpec job = begin(40, 10);
    stage.beat(n1);
    // n2 kept from an earlier coordinator's time what n1 has now.
    Beat claim =
        new Beat(
            n2.me(),
            99,
            List.of(
                new Beat.Held(key(job, 1), false, 5, 0), new Beat.Held(key(job, 3), true, 5, 0)),
            List.of(),
            List.of(),
            0,
            List.of(),
            Beat.ModelMemory.NONE,
            false,
            Stage.ROOM,
            0);

    assertEquals(List.of(key(job, 1)), stage.hear(claim).cancelled());
  }

  @Test
  void theBatchesOfACancelledJobAreTakenOffTheDesks() {
    JobSpec job = begin(100, 10);
    stage.beat(n1);
    stage.cluster.apply(new Command.CancelJob(job.id(), 1));

    assertEquals(List.of(key(job, 0), key(job, 1)), stage.beat(n1).cancelled());
    assertEquals(
        List.of(key(job, 0)), Stage.beatOf(n1).held().stream().map(Beat.Held::key).toList());
    stage.finish(n1, key(job, 0));
    assertEquals(List.of(key(job, 0)), stage.beat(n1).settled(), "nobody wants it any more");
    assertEquals(List.of(), stage.proposed());
  }

  @Test
  void aFinishedJobIsPublishedOnceAtATimeUntilItIsDone() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    stage.commit();
    stage.pass(1_000);
    assertEquals(List.of(new Effect.Publish(job.id())), stage.effects(Effect.Publish.class));

    stage.step(new Happening.PublishEnded(job.id()));
    stage.pass(1_000);
    assertEquals(2, stage.effects(Effect.Publish.class).size(), "it had come to nothing");

    stage.cluster.apply(
        new Command.PublishResults(
            job.id(), new NewFile(job.resultFile(), 0, 0, List.of()), List.of(), 1));
    stage.step(new Happening.PublishEnded(job.id()));
    stage.pass(1_000);
    assertEquals(2, stage.effects(Effect.Publish.class).size());
  }

  @Test
  void theReportTellsOfAJobAsMuchAsIsAskedFor() {
    JobSpec job = begin(20, 10);
    stage.beat(n1);
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    stage.commit();

    JobReport figures = job(new Scope.AllJobs(Detail.FIGURES));
    assertEquals(10, figures.finished());
    assertEquals(10, figures.times().count());
    assertTrue(figures.histograms().isEmpty());
    assertEquals(List.of(), figures.batches());
    JobReport histograms = job(new Scope.OneJob(job.id(), Detail.HISTOGRAMS));
    assertEquals(10, histograms.histograms().orElseThrow().times().count());
    assertEquals(List.of(), histograms.batches());
    JobReport batches = job(new Scope.AllJobs(Detail.BATCHES));
    assertTrue(batches.histograms().isPresent());
    assertEquals(1, batches.batches().size());
    assertEquals(List.of(), stage.report(new Scope.NoJobs()).jobs());
    assertEquals(
        List.of(), stage.report(new Scope.OneJob(new JobId(9), Detail.BATCHES)).jobs(), "no job 9");
  }

  private JobReport job(Scope scope) {
    return stage.report(scope).jobs().getFirst();
  }

  @Test
  void theReportSaysWhoRunsWhatAndWhatWaits() {
    JobSpec job = begin(100, 10);
    stage.beat(n1);
    stage.beat(n1);

    List<Report.Running> running = stage.report().jobs().getFirst().running();
    assertEquals(List.of(0, 1), running.stream().map(Report.Running::batch).toList());
    assertEquals(List.of(true, false), running.stream().map(Report.Running::running).toList());
    assertEquals(job.queriesOf(1), running.getLast().queries());
  }

  @Test
  void whoIsNotElectedDecidesNothing() {
    stage.submit(10, 10);
    stage.step(new Happening.Tick());
    stage.step(new Happening.BeatArrived(1, Stage.beatOf(n1)));
    assertEquals(List.of(), stage.effects);

    stage.elect(Optional.empty());
    stage.step(new Happening.Deposed());
    stage.effects.clear();
    stage.step(new Happening.BeatArrived(2, Stage.beatOf(n1)));
    stage.pass(10_000);
    assertEquals(List.of(), stage.effects);
  }

  @Test
  void aStrangerIsToldSoAndGetsNothing() {
    begin(10, 10);
    WorkerDesk stranger = new WorkerDesk(new NodeId(n1.me().name(), 7), 1);

    assertEquals(Beat.Answer.nothing(Beat.Standing.STRANGER), stage.hear(Stage.beatOf(stranger)));
    assertInstanceOf(Effect.AnswerBeat.class, stage.effects.getLast());
  }
}
