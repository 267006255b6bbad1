package idunno.node.transfer;

import idunno.core.base.NodeName;
import idunno.core.files.BlockSums;
import idunno.core.files.ChunkId;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Makes a chunk durable on as many nodes as it needs.
 *
 * <p>The nodes form a chain in the chunk's order of placement: each passes the bytes on while it
 * writes them itself, so that whoever uploads sends them once. Where nodes of the chain fail, the
 * next in the order form another chain for what is missing. A member that can't be reached isn't
 * dead yet for the cluster: where nobody can step in for it, the writer waits until it answers or
 * is declared failed, so that "on all, where there are fewer than four" is never a guess.
 */
public final class ChunkWriter {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long RETRY_MS = 100;

  private final Replicas replicas;

  /** Writes to those. */
  public ChunkWriter(Replicas replicas) {
    this.replicas = replicas;
  }

  /**
   * Writes a chunk under a new id.
   *
   * @param bytes its bytes, from position to limit, left as they are
   * @throws TooFewReplicas if not enough nodes can be had within 30 s
   */
  public StoredChunk write(ByteBuffer bytes) throws IOException, InterruptedException {
    ChunkId id = new ChunkId(UUID.randomUUID().toString());
    BlockSums sums = BlockSums.of(bytes);
    NavigableSet<NodeName> held = new TreeSet<>();
    NavigableSet<NodeName> tried = new TreeSet<>();
    List<String> failures = new ArrayList<>();
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<NodeName> order = Placement.order(id, replicas.candidates());
      int wanted = Math.min(Placement.COPIES, order.size());
      if (wanted > 0 && held.size() >= wanted) {
        return new StoredChunk(
            id, bytes.remaining(), sums.whole(bytes.remaining()), List.copyOf(held));
      }
      List<NodeName> chain =
          order.stream()
              .filter(node -> !held.contains(node) && !tried.contains(node))
              .limit(wanted - held.size())
              .sorted((a, b) -> Boolean.compare(replicas.isSelf(b), replicas.isSelf(a)))
              .toList();
      if (!chain.isEmpty()) {
        tried.addAll(chain);
        held.addAll(writeTo(chain, id, bytes, sums, failures));
      } else if (System.nanoTime() > deadlineNanos) {
        throw new TooFewReplicas(id, wanted, held.size(), failures);
      } else {
        tried.clear();
        TimeUnit.MILLISECONDS.sleep(RETRY_MS);
      }
    }
  }

  private List<NodeName> writeTo(
      List<NodeName> chain, ChunkId id, ByteBuffer bytes, BlockSums sums, List<String> failures) {
    try {
      Replicas.Written written = replicas.write(chain, id, bytes.duplicate(), sums);
      failures.addAll(written.failures());
      return written.by();
    } catch (IOException e) {
      failures.add(chain.getFirst() + ": " + e.getMessage());
      return List.of();
    }
  }
}
