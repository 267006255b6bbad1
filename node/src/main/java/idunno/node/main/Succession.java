package idunno.node.main;

import idunno.core.base.Address;
import idunno.node.consensus.Lead;
import idunno.node.consensus.LogEnd;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Has this node's replica stand for election as soon as the coordinator's process is known to be
 * dead, so that nobody needs to wait until its silence has grown long.
 *
 * <p>The evidence is what the coordinator itself goes by with other nodes ({@link
 * idunno.core.membership.FailureDetector}): a connection broke, and the machine refuses another
 * one. Where a machine says nothing, the consensus's own timers decide.
 *
 * <p>All standbys learn of a death at the same moment, and if all stood at once they would split
 * the vote. Nor may one stand that is behind the others: it would not be elected, and they would
 * have no coordinator to stand in for any more. So each asks the others where their logs end, and
 * they take turns, the one that is most up to date first. Where less than a majority answers,
 * nobody stands.
 */
final class Succession implements AutoCloseable {
  /** By so much later, as a rule, nobody hears of the death than the one before asks for votes. */
  static final Duration TURN = Duration.ofMillis(200);

  private static final System.Logger LOG = System.getLogger(Succession.class.getName());
  private static final Duration PROBE_WITHIN = Duration.ofMillis(500);
  private static final Duration AGAIN_AFTER = Duration.ofMillis(25);

  /** A dead process's port is closed by then, and elections by silence have begun. */
  private static final Duration TRY_FOR = Duration.ofSeconds(2);

  private final String self;
  private final Group group;
  private final Set<Lead> underWay = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("succession-", 0).factory());

  /**
   * The coordinator.
   *
   * @param lead its replica, and its term
   * @param at where other nodes call it
   */
  record Incumbent(Lead lead, Address at) {}

  /**
   * Those who elect.
   *
   * @param voters how many have a vote
   * @param ends where the logs of those end who have one and answer, by their replicas' ids
   */
  record Electors(int voters, Map<String, LogEnd> ends) {}

  /** What is known of the group, and can be done in it. */
  interface Group {
    /** Who coordinates, as far as this node knows; empty amid an election. */
    Optional<Incumbent> incumbent();

    /** Looks whether the node at that address is alive. */
    Peers.Sign probe(Address node, Duration deadline);

    /** Asks all voters but the dead one. */
    Electors electors(String dead) throws InterruptedException;

    /**
     * Has this node's replica stand.
     *
     * @return whether it does; it may be willing a moment later, if it still follows that leader
     */
    boolean standInFor(Lead dead) throws IOException;
  }

  /** The part of one node, by the id of its replica. */
  Succession(String self, Group group) {
    this.self = self;
    this.group = group;
  }

  /** A connection to that address broke. Doesn't block. */
  void connectionLost(Address lost) {
    Incumbent incumbent = group.incumbent().orElse(null);
    if (incumbent == null || !incumbent.at().equals(lost) || !underWay.add(incumbent.lead())) {
      return;
    }
    try {
      threads.execute(() -> tryToSucceed(incumbent));
    } catch (RejectedExecutionException e) {
      underWay.remove(incumbent.lead()); // the node ends
    }
  }

  private void tryToSucceed(Incumbent incumbent) {
    try {
      succeed(incumbent);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the node ends
    } catch (IOException | RuntimeException e) {
      // An election by silence comes in any case.
      LOG.log(
          System.Logger.Level.WARNING,
          self
              + " did not stand for election after the death of "
              + incumbent
              + "; wait for an election by silence",
          e);
    } finally {
      underWay.remove(incumbent.lead());
    }
  }

  private void succeed(Incumbent incumbent) throws InterruptedException, IOException {
    if (!isDead(incumbent)) {
      return;
    }
    OptionalInt turn = turn(self, group.electors(incumbent.lead().replica()));
    if (turn.isEmpty()) {
      return;
    }
    Thread.sleep(TURN.multipliedBy(turn.getAsInt()));
    long endNanos = System.nanoTime() + TRY_FOR.toNanos();
    while (isIn(incumbent) && !group.standInFor(incumbent.lead())) {
      if (System.nanoTime() - endNanos > 0) {
        return;
      }
      Thread.sleep(AGAIN_AFTER);
    }
  }

  /** Its machine may take a while to clear a dead process away, and says nothing meanwhile. */
  private boolean isDead(Incumbent incumbent) throws InterruptedException {
    long endNanos = System.nanoTime() + TRY_FOR.toNanos();
    while (isIn(incumbent) && System.nanoTime() - endNanos < 0) {
      switch (group.probe(incumbent.at(), PROBE_WITHIN)) {
        case ANSWER -> {
          return false;
        }
        case REFUSAL -> {
          return true;
        }
        case NONE -> Thread.sleep(AGAIN_AFTER);
      }
    }
    return false;
  }

  private boolean isIn(Incumbent incumbent) {
    return group.incumbent().filter(incumbent::equals).isPresent();
  }

  /** How many stand before this one; empty if it has no vote, or a majority doesn't answer. */
  static OptionalInt turn(String self, Electors electors) {
    LogEnd mine = electors.ends().get(self);
    if (mine == null || 2 * electors.ends().size() <= electors.voters()) {
      return OptionalInt.empty();
    }
    int before = 0;
    for (Map.Entry<String, LogEnd> other : electors.ends().entrySet()) {
      int ahead = other.getValue().compareTo(mine);
      if (ahead > 0 || (ahead == 0 && other.getKey().compareTo(self) < 0)) {
        before++;
      }
    }
    return OptionalInt.of(before);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
