package idunno.node.files;

import idunno.core.files.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives the disk's space back: at once for chunks that the cluster has let go, and after a grace
 * time for those that it never came to know, such as what a put that failed halfway left behind.
 *
 * <p>A chunk that a slow put still needs is unknown too, so the grace is long, and counts from when
 * this sweeper first saw the chunk.
 */
public final class Sweeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
  private static final long ROUND_MS = 5_000;

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
    for (ChunkId chunk : chunks) {
      if (!disk.isExpected(chunk)) {
        unknownSince.put(chunk, nowMs - graceMs);
      }
    }
  }

  private void run() {
    long sweptMs = clockMs.getAsLong();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        List<ChunkId> chunks = freed.poll(ROUND_MS, TimeUnit.MILLISECONDS);
        if (chunks != null) {
          for (ChunkId chunk : chunks) {
            disk.delete(chunk);
          }
        }
        long nowMs = clockMs.getAsLong();
        if (nowMs - sweptMs >= ROUND_MS) {
          sweptMs = nowMs;
          sweep(nowMs);
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "sweeper: {0}; it tries again", e.getMessage());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One round over all of the disk. */
  void sweep(long nowMs) throws IOException, InterruptedException {
    takeDropped(nowMs);
    // What is expected is asked before what is there: a chunk that arrives in between is no loss.
    List<ChunkId> expected = disk.expected();
    List<ChunkId> held = disk.held();
    unknownSince.keySet().retainAll(held);
    for (ChunkId chunk : held) {
      if (disk.isExpected(chunk)) {
        unknownSince.remove(chunk);
      } else if (nowMs - unknownSince.computeIfAbsent(chunk, ignored -> nowMs) >= graceMs) {
        disk.delete(chunk);
        unknownSince.remove(chunk);
      }
    }
    NavigableMap<ChunkId, Boolean> here = new TreeMap<>();
    held.forEach(chunk -> here.put(chunk, true));
    for (ChunkId chunk : expected) {
      if (!here.containsKey(chunk) && disk.isExpected(chunk)) {
        disk.report(chunk);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
