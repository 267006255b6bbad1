package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
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
  private final Set<JobId> waitingJobs = new LinkedHashSet<>();
  private final Map<JobId, Integer> batchesOf = new LinkedHashMap<>();
  private final Map<JobId, Double> costOf = new LinkedHashMap<>();
  private final Set<ModelKey> models = new LinkedHashSet<>();
  private @Nullable Line line;
  private int batches;
  private double waitingMs;
  private double leastTag = Double.POSITIVE_INFINITY;
  private int given;
  private double givenMs;
  private int ahead;

  /** The desk behind a beat, with nothing on it. */
  DeskView(Beat beat, Estimates estimates) {
    this.beat = beat;
    this.estimates = estimates;
    models.addAll(beat.memory().held());
  }

  /** A batch lies there. */
  void add(BatchKey key, ModelKey model, Given one) {
    batches++;
    batchesOf.merge(key.job(), 1, Integer::sum);
    costOf.merge(key.job(), one.cost(), Double::sum);
    models.add(model);
    if (!one.running()) {
      waitingMs += expectedMs(key);
      leastTag = Math.min(leastTag, one.tag());
      waitingJobs.add(key.job());
    }
  }

  /** A batch of a model that nobody has run yet may take any time: it is enough for a slot. */
  private double expectedMs(BatchKey key) {
    return estimates.runMs(node().name(), key).orElse(BRIDGE_MS);
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
    return batchesOf.getOrDefault(job, 0);
  }

  /** Whether less of one job lies there than of another, by what they were charged for it. */
  boolean hasLessOf(JobId one, JobId other) {
    return costOf.getOrDefault(one, 0.0) < costOf.getOrDefault(other, 0.0);
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
    return tag <= leastTag && !waitingJobs.contains(job) && ahead < beat.slots();
  }

  /** A batch is given to it. */
  void give(BatchKey key, ModelKey model, Given one) {
    if (hasRoom()) {
      given++;
      givenMs += expectedMs(key);
    } else {
      ahead++;
    }
    add(key, model, one);
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
    return models.contains(model) || beat.memory().has(model, bytes);
  }
}
