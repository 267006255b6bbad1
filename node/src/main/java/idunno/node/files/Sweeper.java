package idunno.node.files;

import idunno.core.files.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives the disk's space back: at once for chunks that the cluster has let go, and after a grace
 * time for those that it never came to know, such as what a put that failed halfway left behind.
 *
 * <p>A chunk that a slow put still needs is unknown too, so the grace is long, and counts from when
 * this sweeper first saw the chunk, or from when somebody last said that he needs it ({@link
 * #touch}). Nor is this node's word enough on what the cluster knows: it may be behind. So before
 * anything goes by grace, the node makes sure that it knows all that was committed until then.
 */
public final class Sweeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
  private static final long ROUND_MS = 5_000;

  /** A round over many chunks takes its time; so that it takes no more than 2 % of it all. */
  private static final long PAUSE_FACTOR = 50;

  private final Disk disk;
  private final LongSupplier clockMs;
  private final long graceMs;
  private final BlockingQueue<List<ChunkId>> freed = new LinkedBlockingQueue<>();
  private final BlockingQueue<ChunkId> dropped = new LinkedBlockingQueue<>();
  private final NavigableMap<ChunkId, Long> unknownSince = new TreeMap<>();
  private final Thread thread;

  /** This node's chunks, and what the cluster knows of them. */
  public interface Disk {
    /** The chunks on the disk. */
    List<ChunkId> held() throws IOException;

    /** Whether the cluster expects this node to hold the chunk. */
    boolean isExpected(ChunkId chunk);

    /** The chunks that the cluster expects here. */
    List<ChunkId> expected();

    /** Whether a chunk is on the disk. */
    boolean isHeld(ChunkId chunk);

    /**
     * Waits until this node knows all that was committed before the call.
     *
     * @throws IOException if that can't be had now
     */
    void catchUp() throws IOException, InterruptedException;

    /** Deletes a chunk. */
    void delete(ChunkId chunk) throws IOException;

    /** Tells the cluster that this node doesn't hold the chunk. */
    void report(ChunkId chunk) throws IOException, InterruptedException;
  }

  /**
   * Starts to sweep.
   *
   * @param graceMs how long a chunk must have been unknown to the cluster before it goes
   */
  public Sweeper(Disk disk, long graceMs, LongSupplier clockMs) {
    this.disk = disk;
    this.graceMs = graceMs;
    this.clockMs = clockMs;
    this.thread = Thread.ofVirtual().name("sweeper").start(this::run);
  }

  /** The cluster has let these chunks go. Doesn't block. */
  public void freed(List<ChunkId> chunks) {
    freed.add(chunks);
  }

  /**
   * This node's replicas of these chunks count no longer. Doesn't block. They go with the next
   * round, as those do whose grace is over: a node that reads its log again after a restart comes
   * by drops that were undone since.
   */
  public void dropped(List<ChunkId> chunks) {
    dropped.addAll(chunks);
  }

  /** Their grace is over from the beginning. */
  private void takeDropped(long nowMs) {
    List<ChunkId> chunks = new ArrayList<>();
    dropped.drainTo(chunks);
    synchronized (unknownSince) {
      for (ChunkId chunk : chunks) {
        if (!disk.isExpected(chunk)) {
          unknownSince.put(chunk, nowMs - graceMs);
        }
      }
    }
  }

  /**
   * Somebody needs these chunks though the cluster doesn't know them yet, such as a put that takes
   * long: their grace begins anew.
   *
   * @return those of them that are not on the disk
   */
  public List<ChunkId> touch(List<ChunkId> chunks) {
    long nowMs = clockMs.getAsLong();
    List<ChunkId> absent = new ArrayList<>();
    synchronized (unknownSince) {
      for (ChunkId chunk : chunks) {
        if (disk.isHeld(chunk)) {
          unknownSince.put(chunk, nowMs);
        } else {
          absent.add(chunk);
        }
      }
    }
    return absent;
  }

  private void run() {
    long nextMs = clockMs.getAsLong() + ROUND_MS;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        List<ChunkId> chunks = freed.poll(ROUND_MS, TimeUnit.MILLISECONDS);
        if (chunks != null) {
          free(chunks);
        }
        long beganMs = clockMs.getAsLong();
        if (beganMs >= nextMs) {
          try {
            sweep(beganMs);
          } finally {
            long endedMs = clockMs.getAsLong();
            nextMs = endedMs + Math.max(ROUND_MS, PAUSE_FACTOR * (endedMs - beganMs));
          }
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "sweeper: {0}; it tries again", e.getMessage());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void free(List<ChunkId> chunks) throws IOException {
    for (ChunkId chunk : chunks) {
      if (!disk.isExpected(chunk)) {
        disk.delete(chunk);
      }
    }
  }

  /** One round over all of the disk. */
  void sweep(long nowMs) throws IOException, InterruptedException {
    takeDropped(nowMs);
    // What is expected is asked before what is there: a chunk that arrives in between is no loss.
    List<ChunkId> expected = disk.expected();
    NavigableSet<ChunkId> held = new TreeSet<>(disk.held());
    List<ChunkId> due = overdue(held, nowMs);
    if (!due.isEmpty()) {
      disk.catchUp();
      for (ChunkId chunk : due) {
        deleteIfStillDue(chunk, nowMs);
      }
    }
    for (ChunkId chunk : expected) {
      if (!held.contains(chunk) && disk.isExpected(chunk)) {
        disk.report(chunk);
      }
    }
  }

  /** Notes which chunks are unknown; those that have been for the whole grace. */
  private List<ChunkId> overdue(NavigableSet<ChunkId> held, long nowMs) {
    List<ChunkId> due = new ArrayList<>();
    synchronized (unknownSince) {
      // One that was touched may have come after the list was made; its time runs all the same.
      unknownSince.keySet().removeIf(chunk -> !held.contains(chunk) && !disk.isHeld(chunk));
      for (ChunkId chunk : held) {
        if (disk.isExpected(chunk)) {
          unknownSince.remove(chunk);
        } else if (isOverdue(chunk, nowMs)) {
          due.add(chunk);
        }
      }
    }
    return due;
  }

  private boolean isOverdue(ChunkId chunk, long nowMs) {
    return nowMs - unknownSince.computeIfAbsent(chunk, ignored -> nowMs) >= graceMs;
  }

  /** Under the lock, so that no touch is told that the chunk is there while it goes. */
  private void deleteIfStillDue(ChunkId chunk, long nowMs) throws IOException {
    synchronized (unknownSince) {
      if (isOverdue(chunk, nowMs) && !disk.isExpected(chunk)) {
        disk.delete(chunk);
        unknownSince.remove(chunk);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
