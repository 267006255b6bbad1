package idunno.core.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.DiskRoom;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Queries;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WorkerDeskTest {
  private static final DiskRoom ROOM = new DiskRoom(1_000, 9_000, true);
  private static final NodeId ME = new NodeId(new NodeName("n1"), 1);

  private static final ModelKey MODEL = new ModelKey(new ModelName("m"), 1);

  private final WorkerDesk desk = new WorkerDesk(ME, 1);

  private static BatchKey key(int number) {
    return new BatchKey(new JobId(1), number);
  }

  private Beat beat() {
    return desk.beat(ROOM, Beat.ModelMemory.NONE);
  }

  private static Assignment batch(int number) {
    return batch(number, number);
  }

  private static Assignment batch(int number, double tag) {
    Input input =
        new Input(new FileName("photos/" + number), new FileVersion(1, 0, 0, List.of(), 0));
    return new Assignment(
        key(number), tag, MODEL, Queries.of(new Range(number, number)), List.of(input));
  }

  private static BatchResult result(int number) {
    return new BatchResult(
        key(number),
        ME,
        0,
        1,
        List.of(new QueryResult.Failed("no picture")),
        List.of(new Timing(1, 1, 1, 1)));
  }

  private static Beat.Answer assigned(int... numbers) {
    return assigned(IntStream.of(numbers).mapToObj(WorkerDeskTest::batch).toList());
  }

  private static Beat.Answer assigned(List<Assignment> batches) {
    return new Beat.Answer(
        batches,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Beat.Standing.MEMBER,
        Optional.empty(),
        Beat.Answer.SOON_MS);
  }

  private void give(int... numbers) {
    desk.accept(beat(), assigned(numbers), 100);
  }

  private List<BatchKey> held() {
    return beat().held().stream().map(Beat.Held::key).toList();
  }

  @Test
  void aDeskSaysHowManyBatchesRunAtOnceThere() {
    assertEquals(1, beat().slots());
    assertEquals(4, new WorkerDesk(ME, 4).beat(ROOM, Beat.ModelMemory.NONE).slots());
    assertEquals(0, new WorkerDesk(ME, 0).beat(ROOM, Beat.ModelMemory.NONE).slots());
  }

  @Test
  void beatsAreNumberedOn() {
    assertEquals(List.of(1L, 2L, 3L), List.of(beatNumber(), beatNumber(), beatNumber()));
  }

  private long beatNumber() {
    return beat().number();
  }

  @Test
  void theBatchFirstInLineRunsWhenASlotIsFreeAndTheOthersWait() {
    give(1, 2);
    assertEquals(Optional.of(new WorkerDesk.Next(batch(1), 100)), desk.start(200));
    assertEquals(Optional.empty(), desk.start(201), "the only slot is taken");
    assertEquals(
        List.of(new Beat.Held(key(1), true, 200, 1), new Beat.Held(key(2), false, 100, 2)),
        beat().held());

    desk.finish(result(1));
    assertEquals(Optional.of(new WorkerDesk.Next(batch(2), 200)), desk.start(300));
  }

  @Test
  void whatHasTheLeastTagIsFirstInLineHoweverLateItCame() {
    give(5, 6, 7);
    desk.accept(beat(), assigned(List.of(batch(8, 5.5), batch(9, 1))), 200);

    assertEquals(
        List.of(key(9), key(5), key(8), key(6), key(7)), held(), "in the order of their tags");
    assertEquals(Optional.of(batch(9, 1)), desk.start(300).map(WorkerDesk.Next::assignment));
  }

  @Test
  void whatShallBeTakenUpNextGoesBeforeTheLeastTag() {
    give(5, 6, 7);
    desk.accept(beat(), next(key(7), key(4), key(6)), 200);
    assertEquals(Optional.of(batch(7)), desk.start(300).map(WorkerDesk.Next::assignment));
    desk.finish(result(7));
    assertEquals(
        Optional.of(batch(6)),
        desk.start(400).map(WorkerDesk.Next::assignment),
        "what it doesn't have is passed over");
    desk.finish(result(6));
    assertEquals(Optional.of(batch(5)), desk.start(500).map(WorkerDesk.Next::assignment));
  }

  @Test
  void theLastWordOnWhatIsNextCounts() {
    give(5, 6, 7);
    desk.accept(beat(), next(key(7)), 200);
    desk.accept(beat(), next(), 300);
    assertEquals(Optional.of(batch(5)), desk.start(400).map(WorkerDesk.Next::assignment));
  }

  private static Beat.Answer next(BatchKey... keys) {
    return new Beat.Answer(
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(keys),
        Beat.Standing.MEMBER,
        Optional.empty(),
        Beat.Answer.SOON_MS);
  }

  @Test
  void aRecalledBatchIsHandedBackUnlessItRuns() {
    give(1, 2);
    desk.start(200);
    Beat.Answer recall =
        new Beat.Answer(
            List.of(),
            List.of(),
            List.of(),
            List.of(key(1), key(2)),
            List.of(),
            Beat.Standing.MEMBER,
            Optional.empty(),
            Beat.Answer.SOON_MS);

    assertEquals(List.of(), desk.accept(beat(), recall, 300), "nothing is stopped");
    assertEquals(List.of(key(1)), held());
    desk.finish(result(1));
    assertEquals(List.of(result(1)), beat().finished());
  }

  @Test
  void thePaceOfAModelIsTheMedianOfItsLastBatches() {
    assertEquals(List.of(), beat().paces());
    long[] took = {9_000, 30, 10, 20, 30, 50};
    for (int i = 0; i < took.length; i++) {
      give(i);
      desk.start(0);
      BatchResult one = result(i);
      desk.finish(
          new BatchResult(one.key(), ME, 1_000, 1_000 + took[i], one.results(), one.timings()));
    }

    assertEquals(List.of(new Beat.Pace(MODEL, 30)), beat().paces());
  }

  @Test
  void aResultIsReportedWithEachBeatUntilItIsSettled() {
    give(1);
    desk.start(200);
    desk.finish(result(1));

    assertEquals(List.of(result(1)), beat().finished());
    give();
    assertEquals(List.of(result(1)), beat().finished(), "an answer that doesn't settle it");
    assertFalse(desk.isEmpty());
    desk.accept(
        beat(),
        new Beat.Answer(
            List.of(),
            List.of(key(1)),
            List.of(),
            List.of(),
            List.of(),
            Beat.Standing.MEMBER,
            Optional.empty(),
            Beat.Answer.SOON_MS),
        300);
    assertEquals(List.of(), beat().finished());
    assertTrue(desk.isEmpty());
  }

  @Test
  void aBatchThatIsHeldInAnyWayIsNotTakenTwice() {
    give(1, 2, 1);
    assertEquals(List.of(key(1), key(2)), held());
    desk.start(200);
    give(1);
    assertEquals(2, held().size(), "it runs already");
    desk.finish(result(1));
    give(1);
    assertEquals(List.of(key(2)), held(), "it is finished already");
  }

  @Test
  void aCancelledBatchIsDroppedIfItWaitsAndStoppedOnceIfItRuns() {
    give(1, 2);
    desk.start(200);
    Beat.Answer cancel =
        new Beat.Answer(
            List.of(),
            List.of(),
            List.of(key(1), key(2)),
            List.of(),
            List.of(),
            Beat.Standing.MEMBER,
            Optional.empty(),
            Beat.Answer.SOON_MS);

    assertEquals(List.of(key(1)), desk.accept(beat(), cancel, 300));
    assertEquals(List.of(key(1)), held(), "until it has stopped");
    assertEquals(List.of(), desk.accept(beat(), cancel, 400), "it was told already");
    desk.giveBack(key(1), "stopped");
    assertEquals(List.of(), held());
    assertEquals(List.of(), beat().returned(), "nobody wants to know");
  }

  @Test
  void aBatchThatCannotBeRunIsReturnedUntilTheBeatThatSaysSoIsAnswered() {
    give(1);
    desk.start(200);
    Beat before = beat();
    desk.giveBack(key(1), "no memory");

    List<Beat.Returned> returned = List.of(new Beat.Returned(key(1), "no memory"));
    desk.accept(before, assigned(), 300);
    assertEquals(returned, beat().returned(), "the answer to an earlier beat doesn't count");
    Beat beat = beat();
    assertEquals(returned, beat.returned());
    assertEquals(List.of(), beat.held());
    desk.accept(beat, assigned(), 400);
    assertEquals(List.of(), beat().returned());
  }

  @Test
  void whatDoesNotRunCanNeitherBeFinishedNorReturned() {
    give(1);
    desk.finish(result(1));
    desk.giveBack(key(1), "no memory");

    Beat beat = beat();
    assertEquals(List.of(), beat.finished());
    assertEquals(List.of(), beat.returned());
    assertEquals(List.of(key(1)), held());
  }

  @Test
  void whoIsNotLetGoTakesWorkAgain() {
    desk.leave();
    assertEquals(0, beat().slots());

    desk.stay();

    Beat beat = beat();
    assertFalse(beat.leaving());
    assertEquals(1, beat.slots());
    give(1);
    assertEquals(List.of(key(1)), held());
  }

  @Test
  void whoLeavesHandsBackWhatWaitsFinishesWhatRunsAndTakesNothingMore() {
    give(1, 2);
    desk.start(200);
    desk.leave();

    Beat beat = beat();
    assertTrue(beat.leaving());
    assertEquals(0, beat.slots());
    assertEquals(List.of(key(1)), held());
    give(3);
    assertEquals(List.of(key(1)), held(), "an answer that was under way brings nothing");
    desk.finish(result(1));
    assertFalse(desk.isEmpty(), "the result isn't committed yet");
    desk.accept(
        beat(),
        new Beat.Answer(
            List.of(),
            List.of(key(1)),
            List.of(),
            List.of(),
            List.of(),
            Beat.Standing.MEMBER,
            Optional.empty(),
            Beat.Answer.SOON_MS),
        300);
    assertTrue(desk.isEmpty());
  }

  @Test
  void aNodeAdmittedAnewKeepsItsDeskUnderItsNewId() {
    give(1, 2);
    desk.start(200);
    desk.finish(result(1));
    NodeId again = new NodeId(ME.name(), 2);
    desk.readmitted(again);

    Beat beat = beat();
    assertEquals(again, beat.node());
    assertEquals(List.of(result(1)), beat.finished());
    assertEquals(List.of(key(2)), beat.held().stream().map(Beat.Held::key).toList());
  }
}
