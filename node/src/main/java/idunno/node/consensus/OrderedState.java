package idunno.node.consensus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * The state machine that Ratis drives: hands committed entries to {@link Replicated} one by one,
 * takes and loads snapshots, and answers the question "up to which entry must I wait to be
 * current?" on the leader.
 *
 * <p>Ratis applies entries, takes snapshots and loads received ones on one thread, its updater; the
 * first load, at start, is done before that thread exists. That is what {@link Replicated} promises
 * to its implementer.
 */
final class OrderedState extends BaseStateMachine {
  private final Replicated state;
  private final Events events;
  private final VoterTerms terms;
  private final SnapshotFiles snapshots = new SnapshotFiles();
  private final AppliedIndex applied = new AppliedIndex();
  private volatile @Nullable Leadership leadership;
  private volatile long membershipTerm = -1;
  private volatile long readyTerm = -1;
  private volatile boolean closing;

  OrderedState(Replicated state, Events events, VoterTerms terms) {
    this.state = state;
    this.events = events;
    this.terms = terms;
  }

  AppliedIndex applied() {
    return applied;
  }

  /** The running term of leading, or the last one; null before the first with a follower. */
  @Nullable Leadership leadership() {
    return leadership;
  }

  synchronized Leadership leadershipOf(LeaderState ratis, RaftServer.Division division) {
    Leadership known = leadership;
    if (known != null && known.isOf(ratis)) {
      return known;
    }
    if (known != null) {
      known.end();
    }
    Leadership fresh = new Leadership(ratis, division, terms);
    leadership = fresh;
    return fresh;
  }

  // --- start, snapshots

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, group, storage);
              snapshots.open(storage);
              load(snapshots.storage().getLatestSnapshot());
            },
            IOException.class);
  }

  /**
   * Before a received snapshot takes the place of the state; entries that still come are
   * overwritten by it.
   */
  @Override
  public void pause() {
    if (getLifeCycleState() == LifeCycle.State.RUNNING) {
      getLifeCycle().transition(LifeCycle.State.PAUSING);
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    load(snapshots.storage().loadLatestSnapshot());
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  private void load(@Nullable SingleFileSnapshotInfo snapshot) throws IOException {
    if (snapshot == null) {
      return;
    }
    try {
      SnapshotFiles.read(snapshot, state);
    } catch (IOException | RuntimeException e) {
      events.stopped("cannot load snapshot " + snapshot.getFile().getPath(), e);
      throw e;
    }
    setLastAppliedTermIndex(snapshot.getTermIndex());
    applied.reached(snapshot.getIndex());
  }

  @Override
  public long takeSnapshot() throws IOException {
    TermIndex upTo = getLastAppliedTermIndex();
    SingleFileSnapshotInfo latest = snapshots.storage().getLatestSnapshot();
    if (upTo.getIndex() < 0 || (latest != null && latest.getIndex() >= upTo.getIndex())) {
      return latest == null ? -1 : latest.getIndex();
    }
    snapshots.write(upTo, state);
    return upTo.getIndex();
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return snapshots.storage();
  }

  // --- entries

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry());
    byte[] reply;
    try {
      reply = state.apply(entry.getStateMachineLogEntry().getLogData().toByteArray());
    } catch (RuntimeException | Error e) {
      events.stopped("entry " + entry.getIndex() + " could not be applied", e);
      throw e;
    }
    reached(entry.getTerm(), entry.getIndex());
    return CompletableFuture.completedFuture(
        Message.valueOf(UnsafeByteOperations.unsafeWrap(reply)));
  }

  /** An entry of Ratis's own. */
  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    reached(term, index);
  }

  private void reached(long term, long index) {
    updateLastAppliedTermIndex(term, index);
    applied.reached(index);
  }

  // --- reads

  /**
   * Ratis asks this on the leader only, once it has applied every entry from before its term. The
   * question is the id of the replica that asks. The reply is 8 bytes: an index that includes every
   * entry that anybody was told of before the question.
   */
  @Override
  public CompletableFuture<Message> query(Message request) {
    RaftServer.Division division;
    try {
      division = getServer().join().getDivision(getGroupId());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    // Not what this replica has applied: a follower may have applied more, and shown it.
    long index = division.getRaftLog().getLastCommittedIndex();
    Message reply =
        Message.valueOf(ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(0, index)));
    Leadership leading = leadership;
    if (standsAlone(division)) {
      return CompletableFuture.completedFuture(reply);
    }
    if (leading == null || leading.term() != readyTerm) {
      return CompletableFuture.failedFuture(new StateMachineException("not ready to lead"));
    }
    // Else it learns that they are committed with the next entry, or heartbeat.
    leading.tell(request.getContent().toStringUtf8(), index);
    return leading
        .confirm()
        .thenApply(_ -> reply)
        .exceptionallyCompose(
            e ->
                CompletableFuture.failedFuture(
                    new StateMachineException("leadership not confirmed", e)));
  }

  /** The only voter needs nobody's word; nobody can be elected without its own. */
  private boolean standsAlone(RaftServer.Division division) {
    var membership = division.getRaftConf();
    return membership.getPreviousPeers().isEmpty()
        && membership.getCurrentPeers().size() == 1
        && membership.getCurrentPeers().iterator().next().getId().equals(division.getId())
        && readyTerm == division.getInfo().getCurrentTerm();
  }

  // --- news

  @Override
  public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto membership) {
    membershipTerm = term;
  }

  /**
   * Comes right after {@link #notifyConfigurationChanged} of the entry with which a leader opens
   * its term.
   */
  @Override
  public void notifyLeaderReady() {
    readyTerm = membershipTerm;
    events.becameLeader(readyTerm, this::leads);
  }

  private boolean leads(long term) {
    try {
      var info = getServer().join().getDivision(getGroupId()).getInfo();
      return info.isLeader() && info.getCurrentTerm() == term;
    } catch (IOException closed) {
      return false;
    }
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    Leadership ending = leadership;
    if (ending != null) {
      ending.end();
    }
    events.lostLeadership();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
    long term;
    try {
      term = getServer().join().getDivision(getGroupId()).getInfo().getCurrentTerm();
    } catch (IOException closed) {
      return;
    }
    events.leaderChanged(leader.toString(), term);
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    events.stopped("the log could not be written", cause);
  }

  /** Ratis closes a replica by itself when the group removed it, and after a failure. */
  @Override
  public void close() {
    if (!closing) {
      events.stopped("this replica was removed from the group, or failed", null);
    }
  }

  /** From now on a close is wanted. */
  void expectClose() {
    closing = true;
  }
}
