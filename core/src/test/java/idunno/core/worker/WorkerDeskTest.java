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

  private final WorkerDesk desk = new WorkerDesk(ME, 1);

  private static BatchKey key(int number) {
    return new BatchKey(new JobId(1), number);
  }

  private static Assignment batch(int number) {
    Input input =
        new Input(new FileName("photos/" + number), new FileVersion(1, 0, 0, List.of(), 0));
    return new Assignment(
        key(number),
        new ModelKey(new ModelName("m"), 1),
        new Range(number, number),
        List.of(input));
  }

  private static BatchResult result(int number) {
    return new BatchResult(
        key(number),
        ME,
        0,
        1,
        List.of(new QueryResult.Failed("no picture")),
        List.of(new Timing(1, 1, 1)));
  }

  private static Beat.Answer assigned(int... numbers) {
    return new Beat.Answer(
        IntStream.of(numbers).mapToObj(WorkerDeskTest::batch).toList(),
        List.of(),
        List.of(),
        Beat.Standing.MEMBER,
        Optional.empty());
  }

  private void give(int... numbers) {
    desk.accept(desk.beat(ROOM), assigned(numbers), 100);
  }

  private List<BatchKey> held() {
    return desk.beat(ROOM).held().stream().map(Beat.Held::key).toList();
  }

  @Test
  void anEmptyDeskWantsOneBatchToRunAndOneToWaitForEachSlot() {
    assertEquals(2, desk.beat(ROOM).wants());
    assertEquals(8, new WorkerDesk(ME, 4).beat(ROOM).wants());
    assertEquals(0, new WorkerDesk(ME, 0).beat(ROOM).wants());
  }

  @Test
  void beatsAreNumberedOn() {
    assertEquals(List.of(1L, 2L, 3L), List.of(beatNumber(), beatNumber(), beatNumber()));
  }

  private long beatNumber() {
    return desk.beat(ROOM).number();
  }

  @Test
  void oneBatchRunsTheNextWaitsAndTheLongestWaitingIsTakenUpFirst() {
    give(1, 2);
    assertEquals(Optional.of(batch(1)), desk.start(200));
    assertEquals(Optional.empty(), desk.start(201), "the only slot is taken");
    assertEquals(
        List.of(new Beat.Held(key(1), true, 200), new Beat.Held(key(2), false, 100)),
        desk.beat(ROOM).held());
    assertEquals(0, desk.beat(ROOM).wants());

    desk.finish(result(1));
    assertEquals(1, desk.beat(ROOM).wants());
    assertEquals(Optional.of(batch(2)), desk.start(300));
  }

  @Test
  void aResultIsReportedWithEachBeatUntilItIsSettled() {
    give(1);
    desk.start(200);
    desk.finish(result(1));

    assertEquals(List.of(result(1)), desk.beat(ROOM).finished());
    give();
    assertEquals(
        List.of(result(1)), desk.beat(ROOM).finished(), "an answer that doesn't settle it");
    assertFalse(desk.isEmpty());
    desk.accept(
        desk.beat(ROOM),
        new Beat.Answer(
            List.of(), List.of(key(1)), List.of(), Beat.Standing.MEMBER, Optional.empty()),
        300);
    assertEquals(List.of(), desk.beat(ROOM).finished());
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
  void aCancelledBatchIsDroppedIfItWaitsAndRunToItsEndIfItRuns() {
    give(1, 2);
    desk.start(200);
    desk.accept(
        desk.beat(ROOM),
        new Beat.Answer(
            List.of(), List.of(), List.of(key(1), key(2)), Beat.Standing.MEMBER, Optional.empty()),
        300);

    assertEquals(List.of(key(1)), held());
  }

  @Test
  void aBatchThatCannotBeRunIsReturnedUntilTheBeatThatSaysSoIsAnswered() {
    give(1);
    desk.start(200);
    Beat before = desk.beat(ROOM);
    desk.giveBack(key(1), "no memory");

    List<Beat.Returned> returned = List.of(new Beat.Returned(key(1), "no memory"));
    desk.accept(before, assigned(), 300);
    assertEquals(
        returned, desk.beat(ROOM).returned(), "the answer to an earlier beat doesn't count");
    Beat beat = desk.beat(ROOM);
    assertEquals(returned, beat.returned());
    assertEquals(List.of(), beat.held());
    desk.accept(beat, assigned(), 400);
    assertEquals(List.of(), desk.beat(ROOM).returned());
  }

  @Test
  void whatDoesNotRunCanNeitherBeFinishedNorReturned() {
    give(1);
    desk.finish(result(1));
    desk.giveBack(key(1), "no memory");

    Beat beat = desk.beat(ROOM);
    assertEquals(List.of(), beat.finished());
    assertEquals(List.of(), beat.returned());
    assertEquals(List.of(key(1)), held());
  }

  @Test
  void whoIsNotLetGoTakesWorkAgain() {
    desk.leave();
    assertEquals(0, desk.beat(ROOM).wants());

    desk.stay();

    Beat beat = desk.beat(ROOM);
    assertFalse(beat.leaving());
    assertTrue(beat.wants() > 0);
    give(1);
    assertEquals(List.of(key(1)), held());
  }

  @Test
  void whoLeavesHandsBackWhatWaitsFinishesWhatRunsAndTakesNothingMore() {
    give(1, 2);
    desk.start(200);
    desk.leave();

    Beat beat = desk.beat(ROOM);
    assertTrue(beat.leaving());
    assertEquals(0, beat.wants());
    assertEquals(List.of(key(1)), held());
    give(3);
    assertEquals(List.of(key(1)), held(), "an answer that was under way brings nothing");
    desk.finish(result(1));
    assertFalse(desk.isEmpty(), "the result isn't committed yet");
    desk.accept(
        desk.beat(ROOM),
        new Beat.Answer(
            List.of(), List.of(key(1)), List.of(), Beat.Standing.MEMBER, Optional.empty()),
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

    Beat beat = desk.beat(ROOM);
    assertEquals(again, beat.node());
    assertEquals(List.of(result(1)), beat.finished());
    assertEquals(List.of(key(2)), beat.held().stream().map(Beat.Held::key).toList());
  }
}
