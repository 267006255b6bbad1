package idunno.node.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WorkerLoopTest {
  private static final NodeId ME = new NodeId(new NodeName("n1"), 1);
  private static final int BATCHES = 100;

  /** A coordinator that gives out all batches at once; each ends when it has heard that it runs. */
  private static class AtOnce implements Duties {
    private final List<Beat> beats = Collections.synchronizedList(new ArrayList<>());
    private final Map<BatchKey, CountDownLatch> heard = new ConcurrentHashMap<>();
    private final CountDownLatch left = new CountDownLatch(BATCHES);

    @Override
    public Beat.Answer beat(Beat beat) {
      List<Assignment> assigned =
          beats.isEmpty()
              ? IntStream.range(0, BATCHES).mapToObj(WorkerLoopTest::batch).toList()
              : List.of();
      beats.add(beat);
      beat.held().stream()
          .filter(Beat.Held::running)
          .forEach(one -> heardOf(one.key()).countDown());
      List<BatchKey> settled = beat.finished().stream().map(BatchResult::key).toList();
      settled.forEach(_ -> left.countDown());
      return new Beat.Answer(
          assigned,
          settled,
          List.of(),
          List.of(),
          List.of(),
          Beat.Standing.MEMBER,
          Optional.empty(),
          Beat.Answer.SOON_MS);
    }

    private CountDownLatch heardOf(BatchKey batch) {
      return heard.computeIfAbsent(batch, _ -> new CountDownLatch(1));
    }

    @Override
    public Run prepare(Assignment assignment, long waitedMs) {
      return new Run() {
        @Override
        public Outcome call() throws InterruptedException {
          heardOf(assignment.key()).await();
          return new Outcome(
              List.of(new QueryResult.Failed("no picture")), List.of(new Timing(1, 1, 1, 1)));
        }

        @Override
        public void stop() {}
      };
    }

    @Override
    public Beat.ModelMemory memory() {
      return Beat.ModelMemory.NONE;
    }

    @Override
    public NodeId readmit() {
      return ME;
    }

    @Override
    public void started(Assignment assignment) {}

    @Override
    public void finished(Assignment assignment, Outcome outcome, long tookMs) {}

    @Override
    public void gaveBack(BatchKey batch, String reason) {}

    @Override
    public void stopped(BatchKey batch) {}
  }

  private static Assignment batch(int number) {
    Input input =
        new Input(new FileName("photos/" + number), new FileVersion(1, 0, 0, List.of(), 0));
    return new Assignment(
        new BatchKey(new JobId(1), number),
        number,
        new ModelKey(new ModelName("m"), 1),
        Queries.of(new Range(number, number)),
        List.of(input));
  }

  @Test
  void theBeatThatTellsOfABatchsEndTellsWhatRunsInItsPlace() throws Exception {
    AtOnce duties = new AtOnce();
    try (WorkerLoop loop =
        new WorkerLoop(
            ME, 1, duties, () -> new DiskRoom(1_000, 9_000, true), System::currentTimeMillis)) {
      assertTrue(duties.left.await(60, TimeUnit.SECONDS), "batches left: " + duties.left);
      assertEquals(ME, loop.me());
    }
    List<Beat> ends = duties.beats.stream().filter(beat -> !beat.finished().isEmpty()).toList();
    assertEquals(BATCHES, ends.size(), "beats that tell of an end");
    for (Beat beat : ends) {
      long running = beat.held().stream().filter(Beat.Held::running).count();
      assertEquals(Math.min(1, beat.held().size()), running, "in beat " + beat.number());
    }
  }
}
