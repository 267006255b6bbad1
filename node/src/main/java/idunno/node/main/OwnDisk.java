package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.core.state.Command;
import idunno.core.state.DroppedReplica;
import idunno.node.chunks.ChunkStore;
import idunno.node.files.Sweeper;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** This node's chunks and what the cluster knows of them. */
final class OwnDisk implements Sweeper.Disk {
  private static final Duration REPORT_WITHIN = Duration.ofSeconds(10);

  private final NodeName self;
  private final ChunkStore chunks;
  private final ReplicatedState state;
  private final Proposer proposer;

  OwnDisk(NodeName self, ChunkStore chunks, ReplicatedState state, Proposer proposer) {
    this.self = self;
    this.chunks = chunks;
    this.state = state;
    this.proposer = proposer;
  }

  /** The chunks among dropped replicas that were a node's. */
  static List<ChunkId> droppedAt(NodeName node, List<DroppedReplica> dropped) {
    return dropped.stream()
        .filter(one -> one.node().equals(node))
        .map(DroppedReplica::chunk)
        .toList();
  }

  @Override
  public List<ChunkId> held() throws IOException {
    return chunks.list().stream().map(held -> new ChunkId(held.id())).toList();
  }

  @Override
  public boolean isExpected(ChunkId chunk) {
    return state
        .read(s -> s.files().chunk(chunk))
        .filter(known -> known.replicas().contains(self))
        .isPresent();
  }

  @Override
  public List<ChunkId> expected() {
    return state.read(s -> s.heldBy(self)).stream().map(StoredChunk::id).toList();
  }

  @Override
  public void delete(ChunkId chunk) throws IOException {
    chunks.delete(chunk.value());
  }

  @Override
  public void report(ChunkId chunk) throws IOException, InterruptedException {
    try {
      proposer.submit(new Command.DropReplica(chunk, self), REPORT_WITHIN);
    } catch (Proposer.OutcomeUnknown e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
