package idunno.node.replica;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.DroppedReplica;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import idunno.core.state.Snapshot;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * This node's copy of the cluster's state, behind one lock: the log's thread writes, all others
 * read.
 */
public final class ReplicatedState {
  private static final long MAX_SNAPSHOT_BYTES = 4L << 30;

  private final Codec codec = Codec.cbor(MAX_SNAPSHOT_BYTES);
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final ClusterState state = new ClusterState();
  private final Consumer<List<ChunkId>> freed;
  private final Consumer<List<DroppedReplica>> dropped;
  private final Consumer<NodeName> failed;
  private final Runnable jobsChanged;

  /**
   * An empty state. None of those who are told may block.
   *
   * @param freed told of chunks whose last reference went
   * @param dropped told of replicas, this node's and others', that count no longer
   * @param failed told of members that were declared failed
   * @param jobsChanged told when others may be to be run than before: a job has come, or gone
   */
  public ReplicatedState(
      Consumer<List<ChunkId>> freed,
      Consumer<List<DroppedReplica>> dropped,
      Consumer<NodeName> failed,
      Runnable jobsChanged) {
    this.freed = freed;
    this.dropped = dropped;
    this.failed = failed;
    this.jobsChanged = jobsChanged;
  }

  /** Applies one entry of the log, made by {@link Proposer}, and returns its outcome. */
  public byte[] apply(byte[] bytes) {
    Entry entry = codec.decode(bytes, Entry.class);
    List<Reply> replies = new ArrayList<>();
    List<ChunkId> gone;
    List<DroppedReplica> lost;
    List<NodeName> dead = new ArrayList<>();
    lock.writeLock().lock();
    try {
      for (Request request : entry.requests()) {
        Reply reply = state.apply(request);
        replies.add(reply);
        if (request.command() instanceof Command.FailMember fail && reply instanceof Reply.Done) {
          dead.add(fail.node().name());
        }
      }
      gone = state.takeFreed();
      lost = state.takeDropped();
    } finally {
      lock.writeLock().unlock();
    }
    if (!gone.isEmpty()) {
      freed.accept(gone);
    }
    if (!lost.isEmpty()) {
      dropped.accept(lost);
    }
    dead.forEach(failed);
    if (entry.requests().stream().map(Request::command).anyMatch(ReplicatedState::changesJobs)) {
      jobsChanged.run();
    }
    return codec.encode(new Entry.Outcome(replies));
  }

  private static boolean changesJobs(Command command) {
    return command instanceof Command.JobChange
        && !(command instanceof Command.CompleteBatches)
        && !(command instanceof Command.PublishPart);
  }

  /** Writes the whole state. */
  public void writeSnapshot(OutputStream out) throws IOException {
    codec.encode(read(ClusterState::snapshot), out);
  }

  /** Replaces the whole state. */
  public void readSnapshot(InputStream in) throws IOException {
    Snapshot snapshot = codec.decode(in, Snapshot.class);
    lock.writeLock().lock();
    try {
      state.restore(snapshot);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Looks at the state as it is on this node now. What is returned must be a value: nothing of the
   * state may escape.
   */
  public <T> T read(Function<ClusterState, T> look) {
    lock.readLock().lock();
    try {
      return look.apply(state);
    } finally {
      lock.readLock().unlock();
    }
  }
}
