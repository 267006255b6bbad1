package idunno.node.files;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * Makes a chunk durable on as many nodes as it needs.
 *
 * <p>The nodes are tried in the chunk's order of placement, as many at once as are still missing;
 * where one fails, the next in the order steps in. A member that can't be reached isn't dead yet
 * for the cluster: where nobody can step in for it, the writer waits until it answers or is
 * declared failed, so that "on all, where there are fewer than four" is never a guess.
 */
final class ChunkWriter {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long RETRY_MS = 100;

  private final Replicas replicas;

  ChunkWriter(Replicas replicas) {
    this.replicas = replicas;
  }

  /**
   * Writes a chunk under a new id.
   *
   * @param bytes its bytes, from position to limit, left as they are
   * @throws IOException if not enough nodes can be had within 30 s
   */
  StoredChunk write(ByteBuffer bytes) throws IOException, InterruptedException {
    ChunkId id = new ChunkId(UUID.randomUUID().toString());
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    int crc32c = (int) crc.getValue();
    NavigableSet<NodeName> held = new TreeSet<>();
    List<String> failures = new ArrayList<>();
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<NodeName> order = new ArrayList<>(Placement.order(id, replicas.candidates()));
      int wanted = Math.min(Placement.COPIES, order.size());
      order.removeAll(held);
      Iterator<NodeName> candidates = order.iterator();
      while (held.size() < wanted && candidates.hasNext()) {
        List<NodeName> targets = new ArrayList<>();
        while (held.size() + targets.size() < wanted && candidates.hasNext()) {
          targets.add(candidates.next());
        }
        held.addAll(writeTo(targets, id, bytes, crc32c, failures));
      }
      if (wanted > 0 && held.size() >= wanted) {
        return new StoredChunk(id, bytes.remaining(), crc32c, List.copyOf(held));
      }
      if (System.nanoTime() > deadlineNanos) {
        throw new IOException(
            "chunk "
                + id
                + ": expected "
                + wanted
                + " nodes to hold it, found "
                + held.size()
                + " ("
                + (failures.isEmpty() ? "no member is alive" : failures.getLast())
                + "); nothing was committed, so the same put can be repeated");
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    }
  }

  private List<NodeName> writeTo(
      List<NodeName> targets, ChunkId id, ByteBuffer bytes, int crc32c, List<String> failures)
      throws InterruptedException {
    List<NodeName> held = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<NodeName>> writes = new ArrayList<>();
      for (NodeName target : targets) {
        Callable<NodeName> write =
            () -> {
              replicas.write(target, id, bytes.duplicate(), crc32c);
              return target;
            };
        writes.add(threads.submit(write));
      }
      for (int i = 0; i < writes.size(); i++) {
        try {
          held.add(writes.get(i).get());
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof IOException)
              && !(e.getCause() instanceof UncheckedIOException)) {
            throw new IllegalStateException("chunk " + id + " to " + targets.get(i), e.getCause());
          }
          failures.add(targets.get(i) + ": " + e.getCause().getMessage());
        }
      }
    }
    return held;
  }
}
