package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.core.state.DroppedReplica;
import idunno.node.chunks.ChunkStore;
import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusException;
import idunno.node.files.Scrubber;
import idunno.node.files.Sweeper;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** This node's chunks and what the cluster knows of them. */
final class OwnDisk implements Sweeper.Disk, Scrubber.Disk {
  private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(10);

  private final NodeName self;
  private final ChunkStore chunks;
  private final ReplicaCheck check;
  private final ReplicatedState state;
  private final Consensus consensus;

  OwnDisk(
      NodeName self,
      ChunkStore chunks,
      ReplicaCheck check,
      ReplicatedState state,
      Consensus consensus) {
    this.self = self;
    this.chunks = chunks;
    this.check = check;
    this.state = state;
    this.consensus = consensus;
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
  public boolean isHeld(ChunkId chunk) {
    return chunks.has(chunk.value());
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
  public void catchUp() throws IOException, InterruptedException {
    try {
      consensus.barrier(CATCH_UP_WITHIN);
    } catch (ConsensusException.NotConfirmed e) {
      throw new IOException(
          "no chunk is swept before the cluster says what is committed: " + e.getMessage(), e);
    }
  }

  @Override
  public void delete(ChunkId chunk) throws IOException {
    chunks.delete(chunk.value());
  }

  @Override
  public void report(ChunkId chunk) throws IOException, InterruptedException {
    var _ = check.report(chunk);
  }

  @Override
  public Scrubber.Finding examine(ChunkId chunk) throws InterruptedException {
    return check.examine(chunk);
  }

  @Override
  public void damaged(ChunkId chunk, String why) {
    check.suspect(chunk);
  }
}
