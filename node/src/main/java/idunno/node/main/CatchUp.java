package idunno.node.main;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Has a node that enters its group apply what the group knows. Once it is a member the coordinator
 * counts the seconds to its first beat, and a log of some thousand entries can take longer than a
 * silence may last: so most of it is applied before the node asks for admission.
 */
final class CatchUp {
  private static final Duration WITHIN = Duration.ofSeconds(90);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final Replica replica;

  /** The node's copy of the group's state. */
  interface Replica {
    /**
     * Waits until it is current.
     *
     * @return why it isn't; empty when it is
     */
    Optional<String> awaitCurrent(Duration within) throws InterruptedException;

    /** The last entry that it has applied. */
    long appliedIndex();

    /** Whether it gets no more entries. */
    boolean hasEnded();
  }

  CatchUp(Replica replica) {
    this.replica = replica;
  }

  /**
   * Waits until the replica is current, or gets nothing for some seconds: admission will say what
   * is wrong then.
   */
  void whileItGoesOn() throws InterruptedException {
    long before;
    do {
      before = replica.appliedIndex();
      if (replica.awaitCurrent(LOOK_EVERY).isEmpty()) {
        return;
      }
    } while (replica.appliedIndex() > before && !replica.hasEnded());
  }

  /**
   * Waits until the replica is current.
   *
   * @throws IOException if it has ended, or isn't within a minute and a half
   */
  void toTheEnd() throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + WITHIN.toNanos();
    Optional<String> why = replica.awaitCurrent(LOOK_EVERY);
    while (why.isPresent()) {
      if (replica.hasEnded() || System.nanoTime() > deadlineNanos) {
        throw new IOException(why.get());
      }
      why = replica.awaitCurrent(LOOK_EVERY);
    }
  }
}
