package idunno.node.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A follower's word that it holds an entry is what commits are made of. */
class FollowerAppendTest {
  private static final int ROUNDS = 20;
  private static final int MORE = 3;
  private static final int ENTRY_BYTES = 2_000;

  /** The leader's message of {@code count} entries from one index on, as Ratis sends it. */
  private static AppendEntriesRequestProto message(
      RaftGroupId group, Peer leader, Peer follower, long call, long from, int count) {
    AppendEntriesRequestProto.Builder message =
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRequestorId(leader.raftId().toByteString())
                    .setReplyId(follower.raftId().toByteString())
                    .setRaftGroupId(
                        org.apache.ratis.proto.RaftProtos.RaftGroupIdProto.newBuilder()
                            .setId(group.toByteString()))
                    .setCallId(call))
            .setLeaderTerm(1)
            .setLeaderCommit(-1);
    if (from > 0) {
      message.setPreviousLog(TermIndexProto.newBuilder().setTerm(1).setIndex(from - 1));
    }
    for (int i = 0; i < count; i++) {
      message.addEntries(
          LogEntryProto.newBuilder()
              .setTerm(1)
              .setIndex(from + i)
              .setStateMachineLogEntry(
                  StateMachineLogEntryProto.newBuilder()
                      .setLogData(ByteString.copyFrom(new byte[ENTRY_BYTES]))));
    }
    return message.build();
  }

  @Test
  void aMessageThatIsRepeatedWithMoreEntriesIsAcknowledgedWhenAllOfThemAreHeld(@TempDir Path root)
      throws Exception {
    ConsensusConfig config =
        TestNode.config(root, UUID.randomUUID(), "n1").withElectionMs(60_000, 61_000);
    Peer leader = TestNode.peer("n2");
    RaftGroupId id = RaftGroupId.valueOf(config.groupId());
    RaftGroup group =
        RaftGroup.valueOf(
            id, config.self().asVoter(), leader.asVoter(), TestNode.peer("n3").asVoter());
    RatisLogging.quietUnlessChosen();
    try (RaftServer follower =
        RaftServer.newBuilder()
            .setServerId(config.self().raftId())
            .setGroup(group)
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setStateMachine(new BaseStateMachine())
            .setProperties(RatisSettings.of(config))
            .build()) {
      follower.start();
      long next = 0;
      long call = 0;
      for (int round = 0; round < ROUNDS; round++) {
        List<CompletableFuture<AppendEntriesReplyProto>> replies = new ArrayList<>();
        for (int count : new int[] {1, 1 + MORE}) {
          replies.add(
              follower.appendEntriesAsync(message(id, leader, config.self(), call++, next, count)));
        }
        for (CompletableFuture<AppendEntriesReplyProto> reply : replies) {
          AppendEntriesReplyProto said = reply.get(30, TimeUnit.SECONDS);
          assertEquals(AppendResult.SUCCESS, said.getResult());
          long held = follower.getDivision(id).getRaftLog().getLastEntryTermIndex().getIndex();
          assertTrue(
              said.getMatchIndex() <= held,
              "acknowledged up to " + said.getMatchIndex() + ", and holds up to " + held);
        }
        next += 1 + MORE;
      }
    }
  }
}
