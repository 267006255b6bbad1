package idunno.node.files;

import idunno.core.files.ChunkId;
import idunno.core.files.Scrub;
import idunno.core.files.Scrub.Round;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Reads all replicas of this node again and again, gently, so that a bad one is found while others
 * are good.
 *
 * <p>Disks lose bits of what nobody reads, and the loss of a replica counts only once it is known:
 * a chunk whose four copies rot one after the other over the years is lost though three failures
 * are survived. (Schwarz et al., "Disk scrubbing in large archival storage systems", 2004.)
 *
 * <p>A round goes through the replicas that the cluster expects here in the order of their ids. It
 * goes on after a restart where it was.
 */
public final class Scrubber implements AutoCloseable {
  private static final long NOTE_EVERY_MS = 10_000;

  private static final long END_WITHIN_MS = 5_000;

  /** What a chunk costs beside its bytes: to find and open a file is like reading so many. */
  private static final long OPEN_BYTES = 64 << 10;

  /** Rounds one after the other over next to nothing are no use either. */
  private static final long LEAST_PAUSE_MS = 5_000;

  private final Disk disk;
  private final ScrubPlan plan;
  private final Path file;
  private final LongSupplier clockMs;
  private final Diary diary;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  // The lock guards these.
  private ScrubNotes notes;
  private boolean isAsked;

  // Only the thread uses these.
  private long notedMs;
  private long pacedNanos;

  /** What became of looking at a replica. */
  public sealed interface Finding {
    /** All is as it was written. */
    record Sound(long bytes) implements Finding {}

    /** It is damaged, or missing. */
    record Damaged(String why) implements Finding {}

    /** The cluster doesn't expect it here any more, or it could not be looked at now. */
    record Passed() implements Finding {}
  }

  /** This node's replicas. */
  public interface Disk {
    /** The chunks that the cluster expects here, in the order of their ids. */
    List<ChunkId> expected();

    /** Reads one from its first byte to its last. */
    Finding examine(ChunkId chunk) throws InterruptedException;

    /** One was found damaged. */
    void damaged(ChunkId chunk, String why);
  }

  /** Told how it goes. */
  public interface Diary {
    /** A round begins, or goes on after a restart. */
    void started(Round round, long chunks);

    /** A round went to its end. */
    void ended(Round round);

    /** The notes can't be read or written; scrubbing goes on without. */
    void withoutNotes(String why);
  }

  /**
   * Begins to scrub, by the plan.
   *
   * @param file where to remember how far it is
   * @param clockMs the time, milliseconds since 1970
   */
  public Scrubber(Disk disk, ScrubPlan plan, Path file, LongSupplier clockMs, Diary diary) {
    this.disk = disk;
    this.plan = plan;
    this.file = file;
    this.clockMs = clockMs;
    this.diary = diary;
    this.notes = remembered();
    this.thread = Thread.ofPlatform().daemon().name("scrubber").start(this::run);
  }

  private ScrubNotes remembered() {
    long nowMs = clockMs.getAsLong();
    try {
      return ScrubNotes.read(file, nowMs).orElseGet(() -> ScrubNotes.fresh(nowMs));
    } catch (IOException e) {
      diary.withoutNotes(String.valueOf(e.getMessage()));
      return ScrubNotes.fresh(nowMs);
    }
  }

  /**
   * Asks for a round over everything from now on; one that is under way begins anew.
   *
   * @return the round's number: it is over when {@link #state} says that this round, or a later
   *     one, was the last
   */
  public long startRound() {
    lock.lock();
    try {
      isAsked = true;
      asked.signalAll();
      return notes.number();
    } finally {
      lock.unlock();
    }
  }

  /** How it stands. */
  public Scrub state() {
    lock.lock();
    try {
      return new Scrub(notes.running(), notes.last(), plan.byItself() ? nextMs() : 0);
    } finally {
      lock.unlock();
    }
  }

  /** When the next round begins by itself: after a round that took too long, soon. */
  private long nextMs() {
    long endedMs = notes.last().map(Round::endedMs).orElse(notes.sinceMs());
    return Math.max(notes.lastBeganMs() + plan.everyMs(), endedMs + LEAST_PAUSE_MS);
  }

  private void run() {
    try {
      note();
      while (true) {
        await();
        round();
      }
    } catch (InterruptedException e) {
      note();
    }
  }

  /** Waits until a round is under way, due or asked for; begins it. */
  private void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!isAsked && notes.running().isEmpty()) {
        long leftMs = plan.byItself() ? nextMs() - clockMs.getAsLong() : Long.MAX_VALUE;
        if (leftMs <= 0) {
          break;
        }
        // Not the whole time at once: the clock may be set.
        var _ = asked.await(Math.min(leftMs, NOTE_EVERY_MS), TimeUnit.MILLISECONDS);
      }
      if (isAsked || notes.running().isEmpty()) {
        isAsked = false;
        notes = notes.begin(clockMs.getAsLong());
      }
    } finally {
      lock.unlock();
    }
  }

  private void round() throws InterruptedException {
    ScrubNotes begun = notes();
    Round round = begun.running().orElseThrow();
    List<ChunkId> expected = disk.expected();
    diary.started(round, expected.size());
    note();
    pacedNanos = System.nanoTime();
    for (ChunkId chunk : expected) {
      if (begun.position().isPresent() && chunk.compareTo(begun.position().get()) <= 0) {
        continue;
      }
      round = examined(round, chunk);
      if (!reached(chunk, round)) {
        return;
      }
    }
    end(round);
  }

  private ScrubNotes notes() {
    lock.lock();
    try {
      return notes;
    } finally {
      lock.unlock();
    }
  }

  private Round examined(Round round, ChunkId chunk) throws InterruptedException {
    return switch (disk.examine(chunk)) {
      case Finding.Sound sound -> {
        pace(sound.bytes());
        yield round.with(sound.bytes(), false);
      }
      case Finding.Damaged damaged -> {
        disk.damaged(chunk, damaged.why());
        pace(0);
        yield round.with(0, true);
      }
      case Finding.Passed ignored -> {
        pace(0);
        yield round;
      }
    };
  }

  /** Waits as long as reading so much shall take at least. */
  private void pace(long bytes) throws InterruptedException {
    long costNanos = (long) ((bytes + OPEN_BYTES) * 1e9 / plan.bytesPerSecond());
    // Time that a slow disk took longer is not made up for later.
    pacedNanos = Math.max(pacedNanos + costNanos, System.nanoTime() - costNanos);
    TimeUnit.NANOSECONDS.sleep(pacedNanos - System.nanoTime());
  }

  /** Notes how far the round is; {@return whether it goes on} */
  private boolean reached(ChunkId chunk, Round round) {
    lock.lock();
    try {
      if (isAsked) {
        return false;
      }
      notes = notes.at(chunk, round);
    } finally {
      lock.unlock();
    }
    if (clockMs.getAsLong() - notedMs >= NOTE_EVERY_MS) {
      note();
    }
    return true;
  }

  private void end(Round round) {
    Round ended = round.ended(clockMs.getAsLong());
    lock.lock();
    try {
      if (isAsked) {
        return; // It began too early for whoever asked: it begins anew.
      }
      notes = notes.end(ended);
    } finally {
      lock.unlock();
    }
    note();
    diary.ended(ended);
  }

  private void note() {
    notedMs = clockMs.getAsLong();
    try {
      notes().write(file);
    } catch (IOException e) {
      diary.withoutNotes(String.valueOf(e.getMessage()));
    }
  }

  /** Stops; the next life goes on where this one was. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(END_WITHIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
