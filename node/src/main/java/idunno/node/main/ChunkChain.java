package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.BlockSums;
import idunno.core.files.ChunkId;
import idunno.node.chunks.ChunkStore;
import idunno.node.transfer.PeerReplicas;
import idunno.node.transfer.Replicas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** One link of the chain along which a chunk goes: it is held here, and passed on meanwhile. */
final class ChunkChain {
  private final NodeName self;
  private final ChunkStore chunks;
  private final PeerReplicas others;

  ChunkChain(NodeName self, ChunkStore chunks, PeerReplicas others) {
    this.self = self;
    this.chunks = chunks;
    this.others = others;
  }

  /**
   * Holds a chunk durably and has the rest of the chain hold it.
   *
   * @param bytes left as they are, and not used any more when this returns
   * @param cached whether it will be read here soon
   * @param onward the rest of the chain; none at its end
   * @return who holds it, and what happened at the others
   */
  Replicas.Written write(
      ChunkId chunk, ByteBuffer bytes, BlockSums sums, boolean cached, List<NodeName> onward) {
    FutureTask<Replicas.Written> passing =
        new FutureTask<>(() -> pass(chunk, bytes.duplicate(), sums, onward));
    Thread passer = Thread.ofPlatform().daemon().name("pass-chunk").unstarted(passing);
    if (onward.isEmpty()) {
      passing.run();
    } else {
      passer.start();
    }
    List<NodeName> by = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try {
      chunks.write(chunk.value(), bytes, sums, cached);
      by.add(self);
    } catch (IOException e) {
      failures.add(self + ": " + e.getMessage());
    }
    Replicas.Written passed = join(passing);
    by.addAll(passed.by());
    failures.addAll(passed.failures());
    return new Replicas.Written(by, failures);
  }

  private Replicas.Written pass(
      ChunkId chunk, ByteBuffer bytes, BlockSums sums, List<NodeName> onward) {
    if (onward.isEmpty()) {
      return new Replicas.Written(List.of(), List.of());
    }
    try {
      return others.write(onward, chunk, bytes, sums, false);
    } catch (IOException e) {
      return new Replicas.Written(List.of(), List.of(onward.getFirst() + ": " + e.getMessage()));
    }
  }

  /** Waits for the rest of the chain, come what may: it reads from the same memory. */
  private static Replicas.Written join(FutureTask<Replicas.Written> passing) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return passing.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("passing a chunk on", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
