package idunno.node.consensus;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * Ratis's gRPC, with one thing added: a {@link Leadership} is told when each message to a follower
 * was made, and when the follower accepted it. Ratis makes it by its name, hence the empty
 * constructor.
 */
final class ConfirmingRpc implements RpcType {

  @Override
  public String name() {
    return ConfirmingRpc.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new GrpcFactory(parameters) {
      @Override
      public LogAppender newLogAppender(
          RaftServer.Division division, LeaderState state, FollowerInfo follower) {
        OrderedState ordered = (OrderedState) division.getStateMachine();
        Leadership leadership = ordered.leadershipOf(state, division);
        LogAppender appender =
            super.newLogAppender(division, new Watched(state, leadership), follower);
        leadership.follow(appender);
        return appender;
      }
    };
  }

  /** Ratis's own leader state, seen by one appender. */
  private static final class Watched implements LeaderState {
    /** A follower that does not answer must not fill the memory. */
    private static final int REMEMBERED_CALLS = 256;

    private final LeaderState ratis;
    private final Leadership leadership;
    private final ConcurrentSkipListMap<Long, Long> madeAtNanos = new ConcurrentSkipListMap<>();

    Watched(LeaderState ratis, Leadership leadership) {
      this.ratis = ratis;
      this.leadership = leadership;
    }

    @Override
    public AppendEntriesRequestProto newAppendEntriesRequestProto(
        FollowerInfo follower, List<LogEntryProto> entries, TermIndex previous, long callId) {
      // Before the message exists, so that a confirmation never counts for more than it proves.
      madeAtNanos.put(callId, System.nanoTime());
      while (madeAtNanos.size() > REMEMBERED_CALLS) {
        madeAtNanos.pollFirstEntry();
      }
      return ratis.newAppendEntriesRequestProto(follower, entries, previous, callId);
    }

    /**
     * Ratis calls this only for a follower that recognises the leader; a reply of a later term goes
     * elsewhere.
     */
    @Override
    public void onAppendEntriesReply(LogAppender appender, AppendEntriesReplyProto reply) {
      Long madeAt = madeAtNanos.remove(reply.getServerReply().getCallId());
      if (madeAt != null) {
        leadership.confirmed(appender.getFollowerId(), madeAt);
      }
      ratis.onAppendEntriesReply(appender, reply);
    }

    @Override
    public void restart(LogAppender appender) {
      ratis.restart(appender);
    }

    @Override
    public void checkHealth(FollowerInfo follower) {
      ratis.checkHealth(follower);
    }

    @Override
    public boolean onFollowerTerm(FollowerInfo follower, long followerTerm) {
      return ratis.onFollowerTerm(follower, followerTerm);
    }

    @Override
    public void onFollowerCommitIndex(FollowerInfo follower, long commitIndex) {
      ratis.onFollowerCommitIndex(follower, commitIndex);
    }

    @Override
    public void onFollowerSuccessAppendEntries(FollowerInfo follower) {
      ratis.onFollowerSuccessAppendEntries(follower);
    }

    @Override
    public boolean isFollowerBootstrapping(FollowerInfo follower) {
      return ratis.isFollowerBootstrapping(follower);
    }
  }
}
