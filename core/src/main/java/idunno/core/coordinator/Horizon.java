package idunno.core.coordinator;

import idunno.core.jobs.BatchKey;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.Progress;
import idunno.core.models.ModelKey;
import idunno.core.state.ClusterState;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * How far ahead of its time a batch may lie on a desk.
 *
 * <p>A job alone is given out as far ahead as all machines together get in some seconds. When
 * another one arrives it gets but a share of them, and what had been given out would last it
 * several times as long, spread over the desks as it happened to be; its rate would be uneven until
 * then. So what lies beyond the horizon is called back at that moment, and given out again in its
 * time.
 */
final class Horizon {
  /**
   * After a job's arrival all desks are looked at for so long, and then filled again; by then its
   * first batches run everywhere.
   */
  static final long CALL_BACK_MS = 1_000;

  /**
   * For so long what stays on the desks lasts, at the new shares: enough until they are filled
   * again, and used up before anybody looks at rates. What a job was given out alone lies on the
   * desks as it happened to be.
   */
  private static final double AHEAD_MS = 2_500;

  /** What is a little beyond is left where it is. */
  private static final double SLACK = 1.25;

  private final NavigableSet<ModelKey> guessed = new TreeSet<>();
  private double tag = Double.POSITIVE_INFINITY;
  private double ahead = Double.POSITIVE_INFINITY;
  private long untilMs = Long.MIN_VALUE;

  /**
   * A job has become active, or was found out to be slower or faster than it was thought.
   *
   * @param start how far the jobs have come, by what of them was begun
   * @param jobs all that are active, itself included
   */
  void look(double start, Collection<Progress> jobs, ClusterState state, Paces paces, long nowMs) {
    guessed.clear();
    double costPerUnit = 0;
    OptionalDouble usual =
        jobs.stream()
            .map(job -> paces.msPerQuery(job.spec().model()))
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .average();
    for (Progress job : jobs) {
      ModelKey model = job.spec().model();
      OptionalDouble known = paces.msPerQuery(model);
      if (known.isEmpty()) {
        guessed.add(model);
      }
      double ms = state.jobs().fairness() == Fairness.TIME ? 1 : known.orElse(usual.orElse(0));
      costPerUnit += ms * job.spec().weight();
    }
    int slots = state.members().alive().stream().mapToInt(one -> one.place().slots()).sum();
    if (costPerUnit > 0 && slots > 0) {
      ahead = SLACK * AHEAD_MS * slots / costPerUnit;
      tag = start + ahead;
      untilMs = nowMs + CALL_BACK_MS;
    }
  }

  /** Whether it is known by now how fast a model is that had to be guessed. */
  boolean hasLearned(Paces paces) {
    return !guessed.isEmpty()
        && guessed.stream().anyMatch(model -> paces.msPerQuery(model).isPresent());
  }

  /** Whether desks are being looked at. */
  boolean isLooking(long nowMs) {
    return nowMs <= untilMs;
  }

  /** Whether a batch of that tag lies beyond. */
  boolean isBeyond(double itsTag, long nowMs) {
    return isLooking(nowMs) && itsTag > tag;
  }

  /**
   * What a node has that lies beyond: of all jobs' time, or of its own, if it is slow and its next
   * batch was given to it long ago.
   */
  List<BatchKey> beyond(Hand hand, long nowMs) {
    if (!isLooking(nowMs) || hand.line().isEmpty()) {
      return List.of();
    }
    double last = Math.min(tag, hand.line().first().tag() + ahead);
    return hand.line().stream().filter(one -> one.tag() > last).map(Hand.Waiting::key).toList();
  }
}
