package idunno.node.consensus;

import idunno.node.consensus.Status.Member;
import idunno.node.consensus.Status.Progress;
import idunno.node.consensus.Status.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Status} off a running Ratis. */
final class StatusReport {
  private StatusReport() {}

  static Status of(RaftServer server, RaftGroupId group, OrderedState state) {
    RaftServer.Division division;
    try {
      division = server.getDivision(group);
    } catch (IOException closed) {
      return new Status(
          server.getId().toString(),
          Role.OUTSIDE,
          null,
          0,
          false,
          state.applied().get(),
          -1,
          -1,
          List.of());
    }
    DivisionInfo info = division.getInfo();
    Membership membership = Membership.of(division.getRaftConf());
    boolean leads = info.isLeader();
    List<Member> members = new ArrayList<>();
    for (Peer voter : membership.voters()) {
      members.add(new Member(voter, true, leads ? progress(division, state, voter) : null));
    }
    for (Peer observer : membership.observers()) {
      members.add(new Member(observer, false, leads ? progress(division, state, observer) : null));
    }
    members.sort(Comparator.comparing(member -> member.peer().id()));
    var snapshot = state.getLatestSnapshot();
    RaftPeerId leader = info.getLeaderId();
    return new Status(
        server.getId().toString(),
        role(info, division.getId().toString(), membership),
        leader == null ? null : leader.toString(),
        info.getCurrentTerm(),
        leads && info.isLeaderReady(),
        state.applied().get(),
        division.getRaftLog().getLastCommittedIndex(),
        snapshot == null ? -1 : snapshot.getIndex(),
        members);
  }

  private static Role role(DivisionInfo info, String self, Membership membership) {
    if (membership.observers().stream().anyMatch(peer -> peer.id().equals(self))) {
      return Role.OBSERVER;
    }
    if (!info.isAlive() || membership.voters().stream().noneMatch(peer -> peer.id().equals(self))) {
      return Role.OUTSIDE;
    }
    return switch (info.getCurrentRole()) {
      case LEADER -> Role.LEADER;
      case CANDIDATE -> Role.CANDIDATE;
      case FOLLOWER -> Role.FOLLOWER;
      case LISTENER -> Role.OBSERVER;
      case UNRECOGNIZED -> throw new IllegalStateException("Ratis reports a role it does not know");
    };
  }

  private static @Nullable Progress progress(
      RaftServer.Division division, OrderedState state, Peer peer) {
    Leadership leadership = state.leadership();
    LogAppender appender = leadership == null ? null : leadership.appenderTo(peer.raftId());
    if (appender == null || division.getId().equals(peer.raftId())) {
      return null;
    }
    FollowerInfo follower = appender.getFollower();
    RaftLog log = division.getRaftLog();
    return new Progress(
        follower.getMatchIndex(),
        follower.getNextIndex(),
        Math.max(0, log.getNextIndex() - 1 - follower.getMatchIndex()),
        Math.max(0, follower.getLastRpcResponseTime().elapsedTimeMs()));
  }

  /** The voter that is least behind and was heard of lately; null where this node does not lead. */
  static @Nullable String bestStandby(Status status) {
    return status.members().stream()
        .filter(member -> member.voter() && member.progress() != null)
        .min(
            Comparator.comparingLong(
                    (Member member) -> Objects.requireNonNull(member.progress()).silentMs() / 1_000)
                .thenComparingLong(
                    member -> Objects.requireNonNull(member.progress()).behindEntries()))
        .map(member -> member.peer().id())
        .orElse(null);
  }
}
