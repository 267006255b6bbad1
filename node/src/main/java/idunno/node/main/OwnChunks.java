package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.core.state.Command;
import idunno.node.chunks.ChunkStore;
import idunno.node.chunks.CorruptChunk;
import idunno.node.logs.NodeLog;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * This node's chunks as they are read. A replica that turns out to be damaged, here or elsewhere,
 * is taken out of the cluster's state, and repair makes it anew.
 */
final class OwnChunks {
  private static final Duration DROP_WITHIN = Duration.ofSeconds(10);

  private final NodeName self;
  private final ChunkStore chunks;
  private final ReplicatedState state;
  private final Proposer proposer;
  private final NodeLog log;

  OwnChunks(
      NodeName self, ChunkStore chunks, ReplicatedState state, Proposer proposer, NodeLog log) {
    this.self = self;
    this.chunks = chunks;
    this.state = state;
    this.proposer = proposer;
    this.log = log;
  }

  /**
   * Reads a part of a chunk on this disk.
   *
   * @throws java.nio.file.NoSuchFileException if it isn't here
   * @throws CorruptChunk if it is damaged; it will be replaced
   */
  ByteBuffer read(ChunkId chunk, long offset, int length) throws IOException {
    try {
      return chunks.read(chunk.value(), offset, length);
    } catch (CorruptChunk e) {
      damaged(self, chunk);
      throw e;
    }
  }

  /** A node's replica of a chunk is damaged. Doesn't block. */
  void damaged(NodeName node, ChunkId chunk) {
    log.write("replica-damaged", "chunk", chunk, "node", node);
    Thread.ofVirtual().name("drop-damaged").start(() -> drop(node, chunk));
  }

  private void drop(NodeName node, ChunkId chunk) {
    try {
      if (isLast(node, chunk)) {
        log.write("replica-kept", "chunk", chunk, "node", node, "why", "no other is alive");
        return;
      }
      if (node.equals(self)) {
        if (isWhole(chunk)) {
          // An earlier word of the same damage has led to a new copy by now.
          return;
        }
        chunks.delete(chunk.value());
      }
      proposer.submit(new Command.DropReplica(chunk, node), DROP_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | Proposer.OutcomeUnknown e) {
      log.write(
          "replica-not-dropped",
          "chunk",
          chunk,
          "node",
          node,
          "why",
          String.valueOf(e.getMessage()));
    }
  }

  /** Parts of a damaged replica may still be good, so the last one is never given up. */
  private boolean isLast(NodeName node, ChunkId chunk) {
    return state.read(
        s ->
            s.files().chunk(chunk).map(StoredChunk::replicas).stream()
                .flatMap(nodes -> nodes.stream())
                .filter(s.members().aliveNames()::contains)
                .allMatch(node::equals));
  }

  private boolean isWhole(ChunkId chunk) throws IOException {
    try {
      chunks.verify(chunk.value());
      return true;
    } catch (CorruptChunk e) {
      return false;
    }
  }
}
