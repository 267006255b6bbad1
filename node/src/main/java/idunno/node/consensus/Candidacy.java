package idunno.node.consensus;

import java.io.IOException;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;

/** One replica as somebody who may lead next. */
final class Candidacy {
  private Candidacy() {}

  /** Who leads as far as the replica knows; empty amid an election, and where it takes no part. */
  static Optional<Lead> lead(DivisionInfo info) {
    long term = info.getCurrentTerm();
    RaftPeerId leader = info.getLeaderId();
    return leader == null || !info.isAlive()
        ? Optional.empty()
        : Optional.of(new Lead(leader.toString(), term));
  }

  /** Where the replica's log ends. */
  static LogEnd logEnd(RaftServer.Division division) {
    TermIndex last = division.getRaftLog().getLastEntryTermIndex();
    return last == null ? LogEnd.EMPTY : new LogEnd(last.getTerm(), last.getIndex());
  }

  /** See {@link Consensus#standInFor}. */
  static boolean standInFor(Lead dead, RaftServer server, RaftServer.Division division)
      throws IOException {
    DivisionInfo info = division.getInfo();
    if (!lead(info).equals(Optional.of(dead)) || isWriting(info)) {
      return false;
    }
    TermIndex last = division.getRaftLog().getLastEntryTermIndex();
    if (last == null || last.getTerm() != dead.term()) {
      return false; // Ratis goes by the entry's term, and takes an older one for an old leader's
    }
    return server
        .startLeaderElection(
            StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(
                    RaftRpcRequestProto.newBuilder()
                        .setRequestorId(RaftPeerId.valueOf(dead.replica()).toByteString())
                        .setReplyId(server.getId().toByteString())
                        .setRaftGroupId(
                            ProtoUtils.toRaftGroupIdProtoBuilder(
                                division.getMemberId().getGroupId())))
                .setLeaderLastEntry(last.toProto())
                .build())
        .getServerReply()
        .getSuccess();
  }

  /**
   * Whether a message of the leader's is on its way into the log. It would be appended behind what
   * this replica wrote as the next leader.
   */
  private static boolean isWriting(DivisionInfo info) {
    return info.getRoleInfoProto().getFollowerInfo().getOutstandingOp() > 0;
  }
}
