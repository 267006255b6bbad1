package idunno.node.worker;

import idunno.core.base.NodeId;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The threads around a {@link WorkerDesk}: one that beats, and one a slot that runs batches.
 *
 * <p>A beat goes out as soon as the coordinator wants to hear again, some times a second, and at
 * once when a batch has ended, so that its result is committed and the next batch arrives without
 * waiting; also when a job has come or gone, or another node leads.
 */
public final class WorkerLoop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(WorkerLoop.class.getName());
  private static final long LOST_COORDINATOR_RETRY_MS = 50;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition workArrived = lock.newCondition();
  private final Condition beatDue = lock.newCondition();
  private final WorkerDesk desk;
  private final Duties duties;
  private final Supplier<DiskRoom> room;
  private final LongSupplier clockMs;
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private final Map<BatchKey, Duties.Run> runs = new HashMap<>();
  private boolean beatWanted;
  private volatile boolean closed;

  /**
   * Starts to work.
   *
   * @param me this node
   * @param slots how many batches run at once
   * @param room what this node's disk has room for; asked for every beat, so it must be cheap
   * @param clockMs milliseconds since 1970
   */
  public WorkerLoop(
      NodeId me, int slots, Duties duties, Supplier<DiskRoom> room, LongSupplier clockMs) {
    this.room = room;
    this.desk = new WorkerDesk(me, slots);
    this.duties = duties;
    this.clockMs = clockMs;
    threads.add(Thread.ofPlatform().daemon().name("beat").unstarted(this::beat));
    for (int slot = 0; slot < slots; slot++) {
      threads.add(Thread.ofPlatform().daemon().name("slot-" + slot).unstarted(this::work));
    }
    threads.forEach(Thread::start);
  }

  /** This node's id, which changes when it has to be admitted again. */
  public NodeId me() {
    lock.lock();
    try {
      return desk.me();
    } finally {
      lock.unlock();
    }
  }

  /** Beats at once: there may be other work than before, or somebody else who must know of this. */
  public void beatNow() {
    lock.lock();
    try {
      wantBeat();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more work, hands back what waits, and waits until the cluster lets the node go. If it
   * isn't let go in that time, it stays, and takes work again.
   *
   * @return whether it was let go
   */
  public boolean leave(long timeoutMs) throws InterruptedException {
    lock.lock();
    try {
      desk.leave();
      wantBeat();
    } finally {
      lock.unlock();
    }
    if (released.await(timeoutMs, TimeUnit.MILLISECONDS)) {
      return true;
    }
    lock.lock();
    try {
      desk.stay();
      wantBeat();
    } finally {
      lock.unlock();
    }
    return false;
  }

  private void beat() {
    while (!closed) {
      try {
        Beat beat = nextBeat();
        Beat.Answer answer = duties.beat(beat);
        accept(beat, answer);
      } catch (IOException e) {
        // Most often the coordinator is being replaced: the slots go on with what they have.
        LOG.log(System.Logger.Level.DEBUG, "beat: {0}", e.getMessage());
        pause(LOST_COORDINATOR_RETRY_MS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** All nodes' disks, as the coordinator told of them last. */
  public DiskRooms rooms() {
    lock.lock();
    try {
      return desk.rooms();
    } finally {
      lock.unlock();
    }
  }

  private Beat nextBeat() throws InterruptedException {
    DiskRoom now = room.get();
    Beat.ModelMemory memory = duties.memory();
    lock.lock();
    try {
      long waitNanos = TimeUnit.MILLISECONDS.toNanos(desk.beatWithinMs());
      while (!beatWanted && waitNanos > 0) {
        waitNanos = beatDue.awaitNanos(waitNanos);
      }
      beatWanted = false;
      return desk.beat(now, memory);
    } finally {
      lock.unlock();
    }
  }

  private void accept(Beat beat, Beat.Answer answer) throws IOException, InterruptedException {
    switch (answer.standing()) {
      case MEMBER -> {
        lock.lock();
        try {
          for (BatchKey unwanted : desk.accept(beat, answer, clockMs.getAsLong())) {
            stop(unwanted);
          }
          workArrived.signalAll();
        } finally {
          lock.unlock();
        }
      }
      case STRANGER -> {
        NodeId id = duties.readmit();
        lock.lock();
        try {
          desk.readmitted(id);
        } finally {
          lock.unlock();
        }
      }
      case RELEASED -> {
        released.countDown();
        closed = true;
      }
    }
  }

  private void stop(BatchKey batch) {
    Duties.Run run = runs.get(batch);
    if (run != null) {
      run.stop();
    }
  }

  private void work() {
    try {
      Started batch = next();
      while (!closed) {
        batch = run(batch);
      }
    } catch (InterruptedException e) {
      // The loop is closed.
    }
  }

  /** A batch that was taken up, and what runs it. */
  private record Started(WorkerDesk.Next next, Duties.Run run) {
    BatchKey key() {
      return next.assignment().key();
    }
  }

  /** Takes up the next batch as soon as there is one. */
  private Started next() throws InterruptedException {
    lock.lock();
    try {
      Optional<WorkerDesk.Next> next = desk.start(clockMs.getAsLong());
      while (next.isEmpty()) {
        workArrived.await();
        next = desk.start(clockMs.getAsLong());
      }
      Duties.Run run = duties.prepare(next.get().assignment(), next.get().waitedMs());
      runs.put(next.get().assignment().key(), run);
      return new Started(next.get(), run);
    } finally {
      lock.unlock();
    }
  }

  /** Runs a batch to its end. {@return the next one, taken up} */
  private Started run(Started started) throws InterruptedException {
    long startedMs = clockMs.getAsLong();
    duties.started(started.next().assignment());
    try {
      Duties.Outcome outcome = started.run().call();
      long finishedMs = clockMs.getAsLong();
      duties.finished(started.next().assignment(), outcome, finishedMs - startedMs);
      return finish(started.key(), outcome, startedMs, finishedMs);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      giveBack(started.key(), e);
      return next();
    }
  }

  /**
   * Puts results on the desk. {@return the next batch, taken up}
   *
   * <p>Both at once, so that the beat which tells of the end tells what runs now, too. Else the
   * coordinator would choose once more what is to run next here, and count that as begun in place
   * of what was.
   */
  private Started finish(BatchKey batch, Duties.Outcome outcome, long startedMs, long finishedMs)
      throws InterruptedException {
    lock.lock();
    try {
      runs.remove(batch);
      desk.finish(
          new BatchResult(
              batch, desk.me(), startedMs, finishedMs, outcome.results(), outcome.timings()));
      wantBeat();
      return next();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(BatchKey batch, Exception why) {
    String reason = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
    boolean isStopped;
    lock.lock();
    try {
      runs.remove(batch);
      isStopped = desk.isUnwanted(batch);
      desk.giveBack(batch, reason);
      wantBeat();
    } finally {
      lock.unlock();
    }
    if (isStopped) {
      duties.stopped(batch);
    } else {
      duties.gaveBack(batch, reason);
    }
  }

  private void wantBeat() {
    beatWanted = true;
    beatDue.signalAll();
  }

  private void pause(long ms) {
    try {
      TimeUnit.MILLISECONDS.sleep(ms);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
