package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.BlockSums;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.node.replica.ReplicatedState;
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
  private final ReplicatedState state;
  private final ChunkChain chain;
  private final OwnChunks own;
  private final PeerReplicas others;

  NodeReplicas(
      NodeName self, ReplicatedState state, ChunkChain chain, OwnChunks own, PeerReplicas others) {
    this.self = self;
    this.state = state;
    this.chain = chain;
    this.own = own;
    this.others = others;
  }

  @Override
  public boolean isSelf(NodeName node) {
    return node.equals(self);
  }

  @Override
  public Collection<NodeName> alive() {
    return state.read(s -> s.members().aliveNames());
  }

  @Override
  public Written write(List<NodeName> nodes, ChunkId chunk, ByteBuffer bytes, BlockSums sums)
      throws IOException {
    return isSelf(nodes.getFirst())
        ? chain.write(chunk, bytes, sums, nodes.subList(1, nodes.size()))
        : others.write(nodes, chunk, bytes, sums);
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
    return isSelf(node) ? own.keep(chunks) : others.keep(node, chunks);
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
      Thread.ofVirtual()
          .name("tell-damaged")
          .start(
              () -> {
                try {
                  others.check(node, chunk);
                } catch (IOException e) {
                  // It is found by the next who reads it, or by the node itself.
                }
              });
    }
  }
}
