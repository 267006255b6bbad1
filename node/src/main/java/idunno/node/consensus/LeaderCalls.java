package idunno.node.consensus;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.proto.RaftProtos.RaftClientRequestProto.TypeCase;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.protocol.exceptions.TransferLeadershipException;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a question to whichever node leads, until it is answered or the deadline has passed. A
 * question keeps its client id and call id over all attempts, so the group recognises a repeated
 * one. On the leader itself no network is involved.
 */
final class LeaderCalls implements AutoCloseable {
  /**
   * An attempt at a leader that may be frozen or cut off is given up after so long, and repeated at
   * whoever leads then.
   */
  private static final long ATTEMPT_MS = 1_000;

  private static final long PAUSE_MS = 20;

  private final RaftServer server;
  private final RaftGroupId group;
  private final RaftClientRpc rpc;
  private volatile boolean closed;

  LeaderCalls(RaftServer server, RaftGroupId group, RaftClientRpc rpc) {
    this.server = server;
    this.group = group;
    this.rpc = rpc;
  }

  /** Makes the question for one server. */
  interface Question {
    RaftClientRequest to(RaftPeerId server, long timeoutMs);
  }

  /** How it ended. */
  sealed interface Answer {
    record Replied(RaftClientReply reply) implements Answer {}

    /** The leader will not do it as asked. */
    record Refused(Throwable why) implements Answer {}

    /** Time is over; {@code handedOver} tells whether any server may have taken it. */
    record None(boolean handedOver, @Nullable Throwable last) implements Answer {}
  }

  Answer ask(Question question, Deadline deadline) throws InterruptedException {
    boolean handedOver = false;
    Throwable last = null;
    RaftPeer hint = null;
    while (!closed && !deadline.passed()) {
      RaftPeerId leader = hint != null ? hint.getId() : leaderId();
      if (leader == null) {
        deadline.pause(PAUSE_MS);
        continue;
      }
      RaftClientRequest request =
          question.to(leader, Math.min(ATTEMPT_MS, Math.max(1, deadline.remainingMs())));
      try {
        RaftClientReply reply =
            leader.equals(server.getId()) ? askSelf(request, deadline) : askOther(request, hint);
        if (reply.isSuccess()) {
          return new Answer.Replied(reply);
        }
        last = reply.getException();
      } catch (InterruptedIOException e) {
        var _ = Thread.interrupted();
        throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
      } catch (TimeoutException | IOException e) {
        last = e;
      }
      if (isFinal(last, request)) {
        return new Answer.Refused(last);
      }
      handedOver |= mayHaveTaken(last);
      hint = newHint(last, hint);
      if (hint == null) {
        deadline.pause(PAUSE_MS);
      }
    }
    return new Answer.None(handedOver, last);
  }

  private @Nullable RaftPeerId leaderId() {
    try {
      return server.getDivision(group).getInfo().getLeaderId();
    } catch (IOException e) {
      return null;
    }
  }

  private RaftClientReply askSelf(RaftClientRequest request, Deadline deadline)
      throws IOException, InterruptedException, TimeoutException {
    CompletableFuture<RaftClientReply> future =
        switch (request) {
          case SetConfigurationRequest change -> server.setConfigurationAsync(change);
          case TransferLeadershipRequest transfer -> server.transferLeadershipAsync(transfer);
          default -> server.submitClientRequestAsync(request);
        };
    long limitMs = isAdministrative(request) ? RatisSettings.CALL_MS : ATTEMPT_MS;
    try {
      return future.get(Math.min(limitMs, deadline.remainingMs()), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
  }

  private RaftClientReply askOther(RaftClientRequest request, @Nullable RaftPeer hint)
      throws IOException {
    rpc.addRaftPeers(server.getDivision(group).getRaftConf().getAllPeers());
    if (hint != null) {
      rpc.addRaftPeers(hint);
    }
    try {
      return rpc.sendRequest(request);
    } catch (NullPointerException unknownPeer) {
      throw new IOException("no address known for " + request.getServerId(), unknownPeer);
    } catch (IOException e) {
      var _ = rpc.handleException(request.getServerId(), e, rpc.shouldReconnect(e));
      throw e;
    }
  }

  private static boolean isAdministrative(RaftClientRequest request) {
    return request instanceof SetConfigurationRequest
        || request instanceof TransferLeadershipRequest;
  }

  private static boolean isFinal(@Nullable Throwable why, RaftClientRequest request) {
    return switch (why) {
      case StateMachineException e -> !request.is(TypeCase.READ);
      case ReconfigurationInProgressException _ -> true;
      case ReconfigurationTimeoutException _ -> true;
      case SetConfigurationException _ -> true;
      case TransferLeadershipException _ -> true;
      case null, default -> false;
    };
  }

  /**
   * A refusal as "not the leader" proves nothing: a deposed leader says so of entries that its
   * successor may yet commit.
   */
  private static boolean mayHaveTaken(@Nullable Throwable why) {
    return switch (why) {
      case LeaderNotReadyException _ -> false;
      case LeaderSteppingDownException _ -> false;
      case ServerNotReadyException _ -> false;
      case GroupMismatchException _ -> false;
      case null, default -> true;
    };
  }

  /** Follows a suggestion once; after that this node's own view counts again. */
  private @Nullable RaftPeer newHint(@Nullable Throwable why, @Nullable RaftPeer old) {
    if (!(why instanceof NotLeaderException notLeader)) {
      return null;
    }
    RaftPeer suggested = notLeader.getSuggestedLeader();
    if (suggested == null || (old != null && old.getId().equals(suggested.getId()))) {
      return null;
    }
    return suggested.getId().equals(leaderId()) ? null : suggested;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    rpc.close();
  }
}
