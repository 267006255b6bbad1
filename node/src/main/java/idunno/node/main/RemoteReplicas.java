package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.node.chunks.ChunkStore;
import idunno.node.files.Replicas;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Chunks on this node's disk and, by calls, on all others'. */
final class RemoteReplicas implements Replicas {
  private static final Duration WITHIN = Duration.ofSeconds(20);

  private final Compass compass;
  private final ChunkStore chunks;
  private final OwnChunks own;
  private final Peers peers;
  private final Supplier<List<Candidate>> places;

  RemoteReplicas(
      Compass compass,
      ChunkStore chunks,
      OwnChunks own,
      Peers peers,
      Supplier<List<Candidate>> places) {
    this.places = places;
    this.compass = compass;
    this.chunks = chunks;
    this.own = own;
    this.peers = peers;
  }

  @Override
  public List<Candidate> candidates() {
    return places.get();
  }

  @Override
  public NodeName self() {
    return compass.self();
  }

  @Override
  public void write(NodeName node, ChunkId chunk, ByteBuffer bytes, int crc32c) throws IOException {
    if (node.equals(self())) {
      chunks.write(chunk.value(), bytes, crc32c);
      return;
    }
    PeerReply reply =
        peers
            .ask(compass.peerOf(node), new PeerRequest.WriteChunk(chunk, crc32c), bytes, WITHIN)
            .reply();
    if (!(reply instanceof PeerReply.Done)) {
      throw new IOException(node + ": chunk not written, it answered " + reply);
    }
  }

  @Override
  public ByteBuffer read(NodeName node, ChunkId chunk, int offset, int length) throws IOException {
    if (node.equals(self())) {
      return own.read(chunk, offset, length);
    }
    Peers.Answer answer =
        peers.ask(
            compass.peerOf(node), new PeerRequest.ReadChunk(chunk, offset, length), null, WITHIN);
    ByteBuffer body = answer.body();
    if (!(answer.reply() instanceof PeerReply.Done) || body == null) {
      throw new IOException(node + ": chunk not read, it answered " + answer.reply());
    }
    return body;
  }
}
