package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.node.chunks.ChunkStore;
import idunno.node.chunks.CorruptChunk;
import idunno.node.logs.NodeLog;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;

/**
 * This node's chunks as they are read. A replica that turns out to be damaged, here or elsewhere,
 * is taken out of the cluster's state, and repair makes it anew.
 */
final class OwnChunks {
  private static final Duration ASK_WITHIN = Duration.ofSeconds(30);

  private final NodeName self;
  private final ChunkStore chunks;
  private final ReplicaCheck check;
  private final Compass compass;
  private final Peers peers;
  private final NodeLog log;

  OwnChunks(ChunkStore chunks, ReplicaCheck check, Compass compass, Peers peers, NodeLog log) {
    this.self = compass.self();
    this.chunks = chunks;
    this.check = check;
    this.compass = compass;
    this.peers = peers;
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
    } catch (NoSuchFileException | ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      suspect(chunk);
      throw e;
    } catch (IllegalArgumentException e) {
      boolean isOurs =
          check.expected(chunk).filter(known -> offset + length <= known.length()).isPresent();
      if (!isOurs || offset < 0 || length < 0) {
        throw e;
      }
      suspect(chunk);
      throw new IOException("chunk " + chunk + " on " + self + ": " + e.getMessage(), e);
    }
  }

  /** Somebody read wrong bytes of a node's replica of a chunk. Doesn't block. */
  void damaged(NodeName node, ChunkId chunk) {
    if (node.equals(self)) {
      suspect(chunk);
    } else {
      Thread.ofVirtual().name("tell-damaged").start(() -> tell(node, chunk));
    }
  }

  private void tell(NodeName node, ChunkId chunk) {
    try {
      peers.expect(
          compass.peerOf(node),
          new PeerRequest.CheckChunk(chunk),
          PeerReply.Done.class,
          ASK_WITHIN);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      log.write("replica-not-dropped", "chunk", chunk, "node", node, "why", why);
    }
  }

  /** This node's replica of a chunk is said to be damaged: it looks for itself. Doesn't block. */
  void suspect(ChunkId chunk) {
    check.suspect(chunk);
  }
}
