package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.Queries;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.state.SampleCluster;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which job's batch a worker gets, how far ahead, and what becomes of the last ones. */
final class CoordinatorShareTest {
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

  private static List<JobId> jobs(List<BatchKey> batches) {
    return batches.stream().map(BatchKey::job).toList();
  }

  @Test
  void aDeskIsFilledForSecondsAheadOnceItsPaceIsKnownAndBitByBit() {
    JobSpec job = begin(100, 1);
    assertEquals(List.of(0, 1), Stage.numbers(stage.beat(n1)), "one to run and one to wait");
    assertEquals(List.of(), Stage.numbers(stage.beat(n1)));
    stage.finish(n1, key(job, 0), 500);

    assertEquals(List.of(2, 3), Stage.numbers(stage.beat(n1)));
    stage.commit();
    for (int beats = 0; beats < 40; beats++) {
      assertTrue(stage.beat(n1).assigned().size() <= 2, "never many at once");
    }
    assertEquals(12, Stage.waitingAt(n1).size(), "six seconds of half a second each");
  }

  @Test
  void aJobThatHasJustBegunRunsNextThoughDesksAreFullOfAnother() {
    begin(100, 1);
    stage.work(20, 500, n1, n2);
    assertTrue(Stage.waitingAt(n1).size() > 5, Stage.waitingAt(n1)::toString);
    assertTrue(Stage.waitingAt(n2).size() > 5, Stage.waitingAt(n2)::toString);
    JobSpec late = stage.submit(20, 1);

    stage.beat(n1);
    assertEquals(late.id(), Stage.waitingAt(n1).getFirst().job());
    stage.beat(n2);
    assertTrue(jobs(Stage.waitingAt(n2).subList(0, 2)).contains(late.id()));
  }

  @Test
  void whatWasGivenOutTooFarAheadIsCalledBackWhenAnotherJobArrives() {
    JobSpec early = begin(100, 1);
    stage.work(20, 500, n1, n2);
    int before = Stage.waitingAt(n1).size();
    stage.submit(100, 1);
    stage.beat(n1);

    long left = Stage.waitingAt(n1).stream().filter(one -> one.job().equals(early.id())).count();
    assertTrue(left < before && left > 0, () -> left + " of " + before);
    assertEquals(early.id(), Stage.waitingAt(n1).get(1).job(), "what is next stays");
  }

  @Test
  void twoJobsGetEqualQueriesFromTheMomentThatTheSecondOneArrives() {
    begin(100, 1);
    stage.work(20, 500, n1, n2);
    JobSpec late = stage.submit(100, 1);
    List<BatchKey> run = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      run.add(Stage.runningAt(n1).orElseThrow());
      run.add(Stage.runningAt(n2).orElseThrow());
      stage.work(1, 500, n1, n2);
    }

    long ofLate = jobs(run).stream().filter(late.id()::equals).count();
    assertTrue(ofLate >= 18 && ofLate <= 20, () -> "of 40 batches " + run);
  }

  /**
   * Or it would be served less than its share for as long as that took, many machines at a time.
   */
  @Test
  void aJobIsForgivenWhatItWasServedWhileAnothersFirstBatchesWereOnTheirWay() {
    Stage large = new Stage(400);
    List<WorkerDesk> desks = List.of(large.join("n1"), large.join("n2"));
    large.elect(Optional.empty());
    desks.forEach(desk -> large.hear(Stage.beatOf(desk)));
    large.submit(300, 1);
    large.work(30, 100, desks.get(0), desks.get(1));
    JobSpec late = large.submit(300, 1);
    List<Beat> beats = desks.stream().map(Stage::beatOf).toList();
    List<Beat.Answer> onTheirWay = beats.stream().map(large::hear).toList();
    for (int i = 0; i < 8; i++) {
      desks.forEach(desk -> large.finish(desk, Stage.runningAt(desk).orElseThrow(), 100));
      large.pass(100);
    }
    for (int i = 0; i < desks.size(); i++) {
      desks.get(i).accept(beats.get(i), onTheirWay.get(i), 1);
    }
    List<BatchKey> run = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      desks.forEach(desk -> run.add(Stage.runningAt(desk).orElseThrow()));
      large.work(1, 100, desks.get(0), desks.get(1));
    }

    List<BatchKey> sinceThen = run.subList(8, 28);
    long ofLate = jobs(sinceThen).stream().filter(late.id()::equals).count();
    assertTrue(ofLate >= 8 && ofLate <= 12, () -> "of 20 batches " + sinceThen);
  }

  @Test
  void aNewCoordinatorGoesOnWhereTheOldOneWasAndNoJobCatchesUp() {
    JobSpec one = begin(100, 1);
    JobSpec two = stage.submit(100, 1);
    stage.work(20, 500, n1, n2);
    stage.elect(Optional.empty());
    stage.beat(n1);
    stage.beat(n2);
    List<BatchKey> run = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      run.add(Stage.runningAt(n1).orElseThrow());
      run.add(Stage.runningAt(n2).orElseThrow());
      stage.work(1, 500, n1, n2);
    }

    long ofOne = jobs(run).stream().filter(one.id()::equals).count();
    assertTrue(ofOne >= 19 && ofOne <= 21, () -> "of 40 batches of " + two + ": " + run);
  }

  @Test
  void aSlowNodeDoesNotKeepTheJobWaitingWithTheLastBatches() {
    JobSpec job = begin(60, 1);
    WorkerDesk slow = n2;
    long slowMs = 1_500;
    List<BatchKey> bySlow = new ArrayList<>();
    long slowSinceMs = 0;
    while (stage.progress(job).batchesDone() < 60) {
      stage.pass(100);
      Optional<BatchKey> itsOwn = Stage.runningAt(slow);
      slowSinceMs += 100;
      if (itsOwn.isPresent() && slowSinceMs % slowMs == 0) {
        bySlow.add(itsOwn.get());
        stage.finish(slow, itsOwn.get(), slowMs);
      }
      stage.beat(slow);
      Stage.runningAt(n1).ifPresent(batch -> stage.finish(n1, batch, 100));
      stage.beat(n1);
      stage.commit();
      assertTrue(slowSinceMs < 8_000, () -> "it takes as long as all by n1 and two by n2 at most");
    }

    assertTrue(bySlow.size() >= 3 && bySlow.size() <= 5, () -> "the slow one ran " + bySlow);
    stage.beat(slow);
    assertEquals(List.of(), Stage.waitingAt(slow));
  }

  @Test
  void aBatchThatTakesMuchTooLongIsRunASecondTimeAndCountsOnce() {
    JobSpec job = begin(12, 1);
    stage.work(2, 100, n1, n2);
    BatchKey stuck = Stage.runningAt(n1).orElseThrow();
    for (int i = 0; i < 30; i++) {
      stage.pass(100);
      stage.beat(n1);
      Stage.runningAt(n2).ifPresent(batch -> stage.finish(n2, batch, 100));
      stage.beat(n2);
      stage.commit();
    }
    assertEquals(12, stage.progress(job).finished(), "what waited behind it was run by n2 too");
    assertEquals(
        List.of(
            new Event.BackupScheduled(stuck, Queries.of(job.queriesOf(stuck.number())), n2.me())),
        stage.told.stream().filter(Event.BackupScheduled.class::isInstance).toList());
    assertTrue(n1.isUnwanted(stuck), "n1 need not go on");

    stage.finish(n1, stuck, 5_000);
    stage.beat(n1);
    stage.commit();
    assertEquals(12, stage.progress(job).finished());
    assertTrue(stage.told.contains(new Event.DuplicateDropped(stuck, n1.me())));
  }

  @Test
  void aNodeThatWouldHaveToGiveUpAModelGetsTheNextJobsBatchUnlessThatTakesTooLong() {
    stage.elect(Optional.empty());
    stage.hear(Stage.beatOf(n1));
    stage.hear(Stage.beatOf(n2));
    JobSpec first = stage.submit(100, 1);
    stage.cluster.withModel();
    JobSpec second = stage.submit(100, 1);
    ModelKey warm = second.model();
    assertEquals(new ModelKey(new ModelName(SampleCluster.MODEL.value()), 2), warm);
    long itsBytes = 110L << 20;
    Beat.ModelMemory full = new Beat.ModelMemory(List.of(warm), itsBytes, itsBytes + 1);

    List<JobId> given = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Beat beat = n1.beat(Stage.ROOM, full);
      Beat.Answer answer = stage.hear(beat);
      n1.accept(beat, answer, 1);
      answer.assigned().forEach(one -> given.add(one.key().job()));
      n1.start(1);
      Stage.runningAt(n1).ifPresent(batch -> stage.finish(n1, batch, 500));
    }

    int firstOfOther = given.indexOf(first.id());
    assertTrue(firstOfOther >= 16, () -> "the first job waits a while: " + given);
    assertTrue(firstOfOther <= 20, () -> "but not for ever: " + given);
  }
}
