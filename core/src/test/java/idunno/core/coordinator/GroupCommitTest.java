package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobSpec;
import idunno.core.state.Command;
import idunno.core.worker.WorkerDesk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When results are put forward, and how many of them at once. */
final class GroupCommitTest {
  private final Stage stage = new Stage(3 * GroupCommit.MOST_QUERIES);
  private final WorkerDesk n1 = stage.join("n1");
  private final WorkerDesk n2 = stage.join("n2");

  private JobSpec begin(int queries, int batchSize) {
    stage.elect(Optional.empty());
    List.of(n1, n2).forEach(desk -> stage.hear(Stage.beatOf(desk)));
    JobSpec job = stage.submit(queries, batchSize);
    List.of(n1, n2).forEach(stage::beat);
    return job;
  }

  private BatchKey finishAndBeat(WorkerDesk desk) {
    BatchKey batch = Stage.runningAt(desk).orElseThrow();
    stage.finish(desk, batch);
    stage.beat(desk);
    return batch;
  }

  private List<BatchKey> proposed() {
    assertEquals(1, stage.proposed().size());
    return assertInstanceOf(Command.CompleteBatches.class, stage.proposed().getFirst())
        .results()
        .stream()
        .map(BatchResult::key)
        .toList();
  }

  @Test
  void whatSeveralBeatsBringIsOneEntryAtTheNextTick() {
    begin(100, 10);
    List<BatchKey> batches = List.of(finishAndBeat(n1), finishAndBeat(n2), finishAndBeat(n1));

    assertEquals(List.of(), stage.proposed());
    stage.step(new Happening.Tick());
    assertEquals(batches, proposed());
    stage.pass(GroupCommit.APART_MS);
    assertEquals(batches, proposed(), "once");
  }

  @Test
  void theNextEntryWaitsAMomentAndHasAllThatCameMeanwhile() {
    begin(100, 10);
    finishAndBeat(n1);
    stage.step(new Happening.Tick());
    stage.takeProposed();
    List<BatchKey> batches = new ArrayList<>();
    for (WorkerDesk desk : List.of(n1, n2, n1)) {
      batches.add(finishAndBeat(desk));
      stage.pass(100);
    }

    assertEquals(List.of(), stage.proposed());
    stage.pass(GroupCommit.APART_MS - 300);
    assertEquals(batches, proposed());
  }

  @Test
  void manyGoWithTheNextTickThoughTheLastOneIsOnlyJustPast() {
    begin(3 * GroupCommit.MOST_QUERIES, GroupCommit.MANY_QUERIES);
    finishAndBeat(n1);
    stage.step(new Happening.Tick());
    stage.takeProposed();
    BatchKey batch = finishAndBeat(n1);
    assertEquals(List.of(), stage.proposed());
    stage.step(new Happening.Tick());

    assertEquals(List.of(batch), proposed());
  }

  @Test
  void aJobsLastResultsAreNotHeldBackAndTakeTheOthersWithThem() {
    begin(40, 10);
    List<BatchKey> batches = new ArrayList<>();
    List.of(n1, n1, n2).forEach(desk -> batches.add(finishAndBeat(desk)));

    assertEquals(List.of(), stage.proposed(), "n2 has one yet");
    batches.add(finishAndBeat(n2));
    assertEquals(batches, proposed());
  }

  @Test
  void manyQueriesAreNotHeldBack() {
    begin(3 * GroupCommit.MOST_QUERIES, GroupCommit.MOST_QUERIES / 2);
    BatchKey first = finishAndBeat(n1);

    assertEquals(List.of(), stage.proposed());
    assertEquals(List.of(first, finishAndBeat(n2)), proposed());
  }

  @Test
  void aJobThatRestsIsNotTakenForOneThatRuns() {
    JobSpec job = begin(100, 10);
    BatchKey batch = Stage.runningAt(n1).orElseThrow();
    stage.cluster.apply(new Command.PauseJob(job.id()));
    stage.finish(n1, batch);
    List.of(n1, n2).forEach(stage::beat);
    stage.commit();
    assertEquals(10, stage.progress(job).finished());
    assertEquals(List.of(), Stage.waitingAt(n2));

    stage.cluster.apply(new Command.ResumeJob(job.id()));
    stage.beat(n2);
    assertNotEquals(List.of(), Stage.waitingAt(n2), "it is given out again");
  }
}
