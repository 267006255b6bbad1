package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A worker's desk as the coordinator sees it while it answers one beat: what lies there, and how
 * much more it shall be given.
 *
 * <p>Each slot has a batch that runs and one that waits, and beyond that as many as take it through
 * a change of coordinator, by the pace that it was seen to work at.
 */
final class DeskView {
  /** For so long a worker shall have work, should nobody give it any. */
  static final double BRIDGE_MS = 6_000;

  /** So much work is given at once: more than is done between two beats. */
  private static final double AT_ONCE_MS = 150;

  /** The most batches per slot, however small they are. */
  private static final int MOST_PER_SLOT = 128;

  private final Beat beat;
  private final Estimates estimates;
  private final Paces.OfNode paces;

  /** What lies there, as of the batch that was given to it last. */
  private Hand hand;

  private @Nullable Line line;

  /** Counted here: the hand has a batch before {@link #given} is told of it. */
  private int batches;

  private double waitingMs;
  private int given;
  private double givenMs;
  private int ahead;

  /** The desk behind a beat, with what its node has. */
  DeskView(Beat beat, Estimates estimates) {
    this.beat = beat;
    this.estimates = estimates;
    this.paces = estimates.pacesOf(beat.node().name());
    this.hand = estimates.hand(beat.node());
    this.batches = hand.size();
    for (Hand.Waiting one : hand.line()) {
      waitingMs += expectedMs(one.key());
    }
  }

  /** What the batch takes one of its slots; empty if nobody has run its model yet. */
  OptionalDouble runMs(BatchKey key) {
    return estimates.runMs(paces, key);
  }

  /** A batch of a model that nobody has run yet may take any time: it is enough for a slot. */
  private double expectedMs(BatchKey key) {
    return runMs(key).orElse(BRIDGE_MS);
  }

  /** Whose desk it is. */
  NodeId node() {
    return beat.node();
  }

  /** The beat that is answered. */
  Beat beat() {
    return beat;
  }

  /** How many batches of a job lie there. */
  int batchesOf(JobId job) {
    return hand.pile(job).batches();
  }

  /** Whether less of one job lies there than of another, by what they were charged for it. */
  boolean hasLessOf(JobId one, JobId other) {
    return hand.pile(one).cost() < hand.pile(other).cost();
  }

  /** Whether a slot would stand idle if it got nothing. */
  boolean isIdle() {
    return batches < beat.slots();
  }

  /**
   * Whether it shall have one more batch. It is filled little by little, all desks side by side:
   * else one would have the next batches of a job, another those after them, and a job that comes
   * later would find its place in line behind all of the one, and before all of the other.
   */
  boolean hasRoom() {
    int slots = beat.slots();
    return isShort()
        || ((given < beat.finished().size() + slots || givenMs < AT_ONCE_MS * slots)
            && batches < MOST_PER_SLOT * slots
            && waitingMs < BRIDGE_MS * slots);
  }

  /** Whether a slot has no batch that waits for it. */
  boolean isShort() {
    return batches < 2 * beat.slots();
  }

  /**
   * Whether it shall have that job's next batch though it is full, for it goes before all that wait
   * there: a job that has just begun.
   */
  boolean isUrgent(JobId job, double tag) {
    return ahead < beat.slots()
        && (hand.line().isEmpty() || tag <= hand.line().first().tag())
        && hand.pile(job).line().isEmpty();
  }

  /** A batch was given to its node. */
  void given(BatchKey key) {
    double expectedMs = expectedMs(key);
    if (hasRoom()) {
      given++;
      givenMs += expectedMs;
    } else {
      ahead++;
    }
    batches++;
    waitingMs += expectedMs;
    hand = estimates.hand(node());
    line = null;
  }

  /** When who will be done with what, as it is estimated now. */
  Estimates estimates() {
    return estimates;
  }

  /** How long what lies there takes the node. */
  Line line() {
    Line known = line;
    if (known == null) {
      known = estimates.line(node());
      line = known;
    }
    return known;
  }

  /** Whether the node can run the model without giving up another that it has in memory. */
  boolean hasRoomFor(ModelKey model, long bytes) {
    return beat.memory().has(model, bytes)
        || hand.piles().keySet().stream().map(estimates::modelOf).anyMatch(model::equals);
  }
}
