package idunno.node.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;

/**
 * One term of leading, and the proof that it still stands.
 *
 * <p>A leader that was cut off, or frozen, does not know that another was elected, and would answer
 * from the past. So before it answers a read it waits until a majority has accepted a message that
 * was made <em>after</em> the read came in (Ongaro, Raft thesis, 6.4). Since any later leader was
 * elected by a majority, the two would share a voter, and that one would have refused the message.
 * No clock is trusted: times are compared within this process only. Reads that wait together share
 * a round of messages.
 *
 * <p>Why not Ratis's own read index: it skips the round when an earlier one confirmed the same
 * commit index, so a leader that is cut off from an idle group goes on answering; and its lease is
 * extended by refusals too, and relies on a vote that is only withheld in the trial round of an
 * election. Both are narrow, both give stale reads.
 */
final class Leadership {
  /**
   * Longer than any caller waits; a leadership that lost its majority ends by itself long before.
   */
  private static final long FORGET_MS = 10_000;

  private final LeaderState ratis;
  private final RaftServer.Division division;
  private final long term;
  private final Map<RaftPeerId, LogAppender> appenders = new ConcurrentHashMap<>();
  private final Map<RaftPeerId, Long> confirmedNanos = new ConcurrentHashMap<>();
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private long roundAtNanos;
  private boolean ended;

  private record Waiting(long sinceNanos, CompletableFuture<Void> confirmed) {}

  Leadership(LeaderState ratis, RaftServer.Division division) {
    this.ratis = ratis;
    this.division = division;
    this.term = division.getInfo().getCurrentTerm();
  }

  long term() {
    return term;
  }

  boolean isOf(LeaderState state) {
    return ratis.equals(state);
  }

  void follow(LogAppender appender) {
    appenders.put(appender.getFollowerId(), appender);
  }

  @Nullable LogAppender appenderTo(RaftPeerId id) {
    return appenders.get(id);
  }

  /**
   * Completes once a majority has accepted a message made after this call; fails if the leadership
   * ends before.
   */
  CompletableFuture<Void> confirm() {
    CompletableFuture<Void> future = new CompletableFuture<>();
    synchronized (this) {
      if (ended) {
        future.completeExceptionally(
            new IllegalStateException("leadership of term " + term + " ended"));
        return future;
      }
      long now = System.nanoTime();
      boolean roundUnderWay = !waiting.isEmpty();
      waiting.add(new Waiting(now, future));
      if (!roundUnderWay) {
        startRound(now);
      }
    }
    return future.orTimeout(FORGET_MS, TimeUnit.MILLISECONDS);
  }

  void confirmed(RaftPeerId follower, long madeAtNanos) {
    confirmedNanos.merge(follower, madeAtNanos, (a, b) -> a - b > 0 ? a : b);
    List<Waiting> released = new ArrayList<>();
    synchronized (this) {
      if (waiting.isEmpty()) {
        return;
      }
      long proven = provenNanos();
      for (Waiting w = waiting.peek();
          w != null && proven - w.sinceNanos() > 0;
          w = waiting.peek()) {
        released.add(waiting.remove());
      }
      if (!waiting.isEmpty() && proven - roundAtNanos > 0) {
        startRound(System.nanoTime());
      } else if (!waiting.isEmpty() && madeAtNanos - roundAtNanos <= 0) {
        // Made before the round and sent after it: Ratis then takes the trigger for done.
        LogAppender appender = appenders.get(follower);
        if (appender != null) {
          appender.triggerHeartbeat();
        }
      }
    }
    for (Waiting w : released) {
      w.confirmed().complete(null);
    }
  }

  void end() {
    List<Waiting> failed;
    synchronized (this) {
      ended = true;
      failed = List.copyOf(waiting);
      waiting.clear();
    }
    for (Waiting w : failed) {
      w.confirmed()
          .completeExceptionally(
              new IllegalStateException("leadership of term " + term + " ended"));
    }
  }

  private void startRound(long now) {
    roundAtNanos = now;
    for (LogAppender appender : appenders.values()) {
      appender.triggerHeartbeat();
    }
  }

  /**
   * The latest moment after which a majority accepted a message; of both memberships, while one
   * replaces the other.
   */
  private long provenNanos() {
    RaftConfiguration membership = division.getRaftConf();
    long now = System.nanoTime();
    long current = provenBy(membership.getCurrentPeers(), now);
    Collection<RaftPeer> previous = membership.getPreviousPeers();
    if (previous.isEmpty()) {
      return current;
    }
    long old = provenBy(previous, now);
    return old - current < 0 ? old : current;
  }

  private long provenBy(Collection<RaftPeer> voters, long now) {
    long never = now - TimeUnit.DAYS.toNanos(1);
    List<Long> ages = new ArrayList<>();
    for (RaftPeer voter : voters) {
      long at =
          voter.getId().equals(division.getId())
              ? now
              : confirmedNanos.getOrDefault(voter.getId(), never);
      ages.add(now - at);
    }
    ages.sort(null);
    return ages.isEmpty() ? never : now - ages.get(ages.size() / 2);
  }
}
