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
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * This node's chunks as they are read. One that turns out to be damaged is taken out of the
 * cluster's state, and repair makes it anew.
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
   * Fills a buffer from a chunk on this disk; the bytes are not checked.
   *
   * @throws java.nio.file.NoSuchFileException if it isn't here
   */
  void read(ChunkId chunk, int offset, ByteBuffer into) throws IOException {
    try {
      chunks.readUnchecked(chunk.value(), offset, into);
    } catch (CorruptChunk e) {
      suspect(chunk);
      throw e;
    }
  }

  /** The same stretch as it lies in its file. */
  ChunkStore.Part part(ChunkId chunk, int offset, int length) throws IOException {
    try {
      return chunks.part(chunk.value(), offset, length);
    } catch (CorruptChunk e) {
      suspect(chunk);
      throw e;
    }
  }

  /** Which of these chunks are not here. */
  List<ChunkId> keep(List<StoredChunk> asked) throws IOException {
    List<ChunkId> missing = new ArrayList<>();
    for (StoredChunk chunk : asked) {
      if (!chunks.holds(chunk.id().value(), chunk.length(), chunk.crc32c())) {
        missing.add(chunk.id());
      }
    }
    return missing;
  }

  /**
   * This node's replica of a chunk is said to be damaged. It looks for itself, since others may be
   * wrong, or lie. Doesn't block.
   */
  void suspect(ChunkId chunk) {
    Thread.ofVirtual().name("drop-damaged").start(() -> drop(self, chunk));
  }

  private void drop(NodeName node, ChunkId chunk) {
    try {
      if (isWhole(chunk)) {
        // It was damaged on the way, or an earlier word of it has led to a new copy by now.
        return;
      }
      log.write("replica-damaged", "chunk", chunk, "node", node);
      if (isLast(node, chunk)) {
        log.write("replica-kept", "chunk", chunk, "node", node, "why", "no other is alive");
        return;
      }
      chunks.delete(chunk.value());
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
    } catch (NoSuchFileException | CorruptChunk e) {
      return false;
    }
  }
}
