package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.membership.DetectionRule;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How soon a worker is to beat again. */
final class NextBeatTest {
  private static final int SOON = Beat.Answer.SOON_MS;
  private static final int LATER = Beat.Answer.LATER_MS;

  private final Stage stage = new Stage();
  private final WorkerDesk n1 = stage.join("n1");
  private final WorkerDesk n2 = stage.join("n2");

  private int next(WorkerDesk desk) {
    stage.beat(desk);
    return desk.beatWithinMs();
  }

  private void begin(int queries) {
    stage.elect(Optional.empty());
    List.of(n1, n2).forEach(stage::beat);
    stage.submit(queries, 1);
    List.of(n1, n2).forEach(stage::beat);
  }

  @Test
  void whoHasNothingToDoNeedNotHurryWhileThereIsNoJob() {
    stage.elect(Optional.empty());
    assertEquals(SOON, next(n1), "a new coordinator has yet to hear of all");
    assertEquals(LATER, next(n2));
    assertEquals(LATER, next(n1));
  }

  @Test
  void whoIsAmidAJobWithWorkEnoughNeedNotHurry() {
    begin(100);
    stage.work(12, 100, n1, n2);

    assertEquals(LATER, next(n1));
  }

  @Test
  void whenAnotherJobBeginsAllAreLookedAtForAWhile() {
    begin(100);
    stage.work(12, 100, n1, n2);
    stage.submit(100, 1);

    assertEquals(SOON, next(n1));
    stage.work(12, 100, n1, n2);
    assertEquals(LATER, next(n1));
  }

  @Test
  void whoseJobIsEndingMayBeAskedForABatchOrHaveAnothersSoon() {
    begin(60);
    stage.work(27, 100, n1, n2);

    assertEquals(SOON, next(n1));
    assertEquals(2, Stage.beatOf(n1).held().size(), "it has work enough");
  }

  @Test
  void whoLeavesWaitsToBeLetGo() {
    begin(100);
    n1.leave();

    assertEquals(SOON, next(n1));
  }

  @Test
  void whoIsSoonSuspectedBeatsSoonEnough() {
    assertEquals(100, new Attendance(new DetectionRule(300, 900), 0).beatWithinMs());
    assertEquals(LATER, new Attendance(DetectionRule.DEFAULT, 0).beatWithinMs());
  }
}
