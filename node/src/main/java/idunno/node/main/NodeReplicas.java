package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.BlockSums;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.node.transfer.PeerReplicas;
import idunno.node.transfer.Replicas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Chunks on this node's disk and, by calls, on all others'. */
final class NodeReplicas implements Replicas {
  private final NodeName self;
  private final Places places;
  private final ChunkChain chain;
  private final OwnChunks own;
  private final Keep keep;
  private final PeerReplicas others;

  /** Has this node go on holding chunks; answers those that it doesn't hold. */
  interface Keep {
    List<ChunkId> keep(List<StoredChunk> chunks) throws IOException;
  }

  NodeReplicas(
      NodeName self,
      Places places,
      ChunkChain chain,
      OwnChunks own,
      Keep keep,
      PeerReplicas others) {
    this.self = self;
    this.places = places;
    this.chain = chain;
    this.own = own;
    this.keep = keep;
    this.others = others;
  }

  @Override
  public boolean isSelf(NodeName node) {
    return node.equals(self);
  }

  @Override
  public Collection<Candidate> candidates() {
    return places.get();
  }

  @Override
  public Written write(List<NodeName> nodes, ChunkId chunk, ByteBuffer bytes, BlockSums sums)
      throws IOException {
    return isSelf(nodes.getFirst())
        ? chain.write(chunk, bytes, sums, true, nodes.subList(1, nodes.size()))
        : others.write(nodes, chunk, bytes, sums, true);
  }

  @Override
  public void read(NodeName node, ChunkId chunk, int offset, ByteBuffer into, Duration within)
      throws IOException {
    if (isSelf(node)) {
      own.read(chunk, offset, into);
    } else {
      others.read(node, chunk, offset, into, within);
    }
  }

  @Override
  public List<ChunkId> keep(NodeName node, List<StoredChunk> chunks) throws IOException {
    return isSelf(node) ? keep.keep(chunks) : others.keep(node, chunks);
  }

  @Override
  public void copy(StoredChunk chunk, NodeName from, NodeName to) throws IOException {
    others.copy(chunk, from, to);
  }

  @Override
  public void damaged(NodeName node, ChunkId chunk) {
    if (isSelf(node)) {
      own.suspect(chunk);
    } else {
      others.damaged(node, chunk);
    }
  }
}
