package idunno.node.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
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
 * from the past. So before it answers a read it waits until a majority has confirmed its term
 * <em>after</em> the read came in (Ongaro, Raft thesis, 6.4): a voter does so by accepting a
 * message of the leader's, or by answering that it has seen no later term. Any later leader was
 * elected by a majority, the two would share a voter, and that one's term would have been the later
 * one's before it voted. No clock is trusted: times are compared within this process only. Reads
 * that wait together share a round.
 *
 * <p>A round asks as many voters for their term as are needed, which is cheap; where one of them
 * doesn't answer well, all followers get a message, which Ratis sends.
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

  /** Long for an answer of a voter that is well. */
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

  private final LeaderState ratis;
  private final RaftServer.Division division;
  private final long term;
  private final Map<RaftPeerId, LogAppender> appenders = new ConcurrentHashMap<>();
  private final Map<RaftPeerId, Long> confirmedNanos = new ConcurrentHashMap<>();
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private final Poll poll;
  private long roundAtNanos;
  private boolean byMessages;
  private boolean ended;

  private record Waiting(long sinceNanos, CompletableFuture<Void> confirmed) {}

  Leadership(LeaderState ratis, RaftServer.Division division, VoterTerms terms) {
    this.ratis = ratis;
    this.division = division;
    this.term = division.getInfo().getCurrentTerm();
    this.poll = new Poll(terms, division.getId());
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
   * Completes once a majority has confirmed this term at a moment after this call; fails if the
   * leadership ends before.
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

  /** A voter was of this term, or an earlier one, at a moment after that one. */
  void confirmed(RaftPeerId follower, long madeAtNanos) {
    confirmedNanos.merge(follower, madeAtNanos, (a, b) -> a - b > 0 ? a : b);
    List<Waiting> released = new ArrayList<>();
    synchronized (this) {
      if (waiting.isEmpty() || division.getInfo().getCurrentTerm() != term) {
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
      } else if (byMessages && !waiting.isEmpty() && madeAtNanos - roundAtNanos <= 0) {
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
    byMessages = false;
    List<RaftPeerId> asked = poll.begin(division.getRaftConf(), term, new Answers(now));
    if (asked.isEmpty()) {
      sendMessages();
    } else {
      LATER.execute(() -> goOn(now, asked));
    }
  }

  /** Where the voters that were asked don't answer in time, all followers get a message. */
  private void goOn(long roundNanos, List<RaftPeerId> asked) {
    synchronized (this) {
      if (!isOpen(roundNanos)) {
        return;
      }
      sendMessages();
    }
    for (RaftPeerId voter : asked) {
      Long answered = confirmedNanos.get(voter);
      if (answered == null || answered - roundNanos < 0) {
        poll.leaveOut(voter);
      }
    }
  }

  private boolean isOpen(long roundNanos) {
    return !waiting.isEmpty() && roundAtNanos == roundNanos;
  }

  private void sendMessages() {
    byMessages = true;
    for (LogAppender appender : appenders.values()) {
      appender.triggerHeartbeat();
    }
  }

  /** What the voters that were asked in a round say. */
  private final class Answers implements Poll.Outcome {
    private final long roundNanos;

    Answers(long roundNanos) {
      this.roundNanos = roundNanos;
    }

    @Override
    public void confirmed(RaftPeerId voter, long askedNanos) {
      Leadership.this.confirmed(voter, askedNanos);
    }

    @Override
    public void failed() {
      synchronized (Leadership.this) {
        if (isOpen(roundNanos) && !byMessages) {
          sendMessages();
        }
      }
    }
  }

  /** Tells a follower what is committed, if it isn't known to know. */
  void tell(String follower, long index) {
    for (LogAppender appender : appenders.values()) {
      if (appender.getFollowerId().toString().equals(follower)
          && appender.getFollower().getCommitIndex() < index) {
        appender.triggerHeartbeat();
      }
    }
  }

  /**
   * The latest moment after which a majority confirmed the term; of both memberships, while one
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
