package idunno.core.jobs;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * Which job the next batch is taken from.
 *
 * <p>Intuition: each job has a clock that is put forward by what it is served, the slower the
 * heavier its weight. The next batch goes to the job whose clock is furthest behind. Clocks side by
 * side mean equal service per unit of weight; what a service is, queries or machine time, {@link
 * Fairness} says. With queries a costly model simply holds more machines at any time.
 *
 * <p>The rule is start-time fair queueing (Goyal, Vin and Cheng, 1996). A batch carries its job's
 * clock at the moment it was given out, its start tag, and workers take up those that wait for them
 * in the order of tags, unless the coordinator knows better by then. So batches may be given out
 * seconds ahead of their time, as with the dispatch depth of SFQ(D) (Jin, Chase and Kaur, 2004),
 * and yet a job that arrives need not wait behind them: it starts level with what of the others was
 * begun, is the one furthest behind, and its first batches go to the front of every desk. It starts
 * there and not at zero, so that it doesn't make the others wait until it has caught up; the same
 * lift is given to one that comes back from a pause (as in VTC; Sheng et al., 2024).
 *
 * <p>Rejected: shares of machines computed from measured costs, which must be measured first, lag
 * behind each change, and can only be as even as machines are many.
 *
 * <p>Soft state: a new coordinator takes the clocks from the tags of the batches that the workers
 * hold.
 */
public final class FairTime {
  private final Map<JobId, Double> clocks = new LinkedHashMap<>();

  /** The same by clock: whoever is served next is asked for far more often than jobs are many. */
  private final NavigableSet<Turn> line = new TreeSet<>();

  private double virtualTime;

  /**
   * A job's place in line: the one furthest behind is first; ties to the oldest.
   *
   * @param clock the tag that its next batch would have
   */
  public record Turn(double clock, JobId job) implements Comparable<Turn> {
    @Override
    public int compareTo(Turn other) {
      int byClock = Double.compare(clock, other.clock);
      return byClock != 0 ? byClock : job.compareTo(other.job);
    }
  }

  /**
   * A job becomes active; one that is active already stays as it is.
   *
   * @param level how far the active jobs have come, by what of them was begun; if anything was
   */
  public void join(JobId job, OptionalDouble level) {
    if (!clocks.containsKey(job)) {
      set(job, Math.min(virtualTime, level.orElse(virtualTime)));
    }
  }

  private void set(JobId job, double clock) {
    leave(job);
    clocks.put(job, clock);
    line.add(new Turn(clock, job));
  }

  /** A job has ended, or rests. */
  public void leave(JobId job) {
    Double clock = clocks.remove(job);
    if (clock != null) {
      line.remove(new Turn(clock, job));
    }
  }

  /** The active jobs' turns, the one furthest behind first; ties to the oldest. A view. */
  public NavigableSet<Turn> turns() {
    return Collections.unmodifiableNavigableSet(line);
  }

  /** The job's clock: the tag that its next batch would have. */
  public double clock(JobId job) {
    return clocks.getOrDefault(job, virtualTime);
  }

  /**
   * A batch of the job is given out.
   *
   * @param cost the service that it is, divided by the job's weight
   * @return its tag
   */
  public double served(JobId job, double cost) {
    double tag = clock(job);
    virtualTime = Math.max(virtualTime, tag);
    corrected(job, cost);
    return tag;
  }

  /** The job was served so much more, or less, than was counted: a batch came back undone. */
  public void corrected(JobId job, double cost) {
    Double clock = clocks.get(job);
    if (clock != null) {
      set(job, clock + cost);
    }
  }

  /** A worker has a batch of the job since an earlier coordinator's time. */
  public void found(JobId job, double tag, double cost) {
    virtualTime = Math.max(virtualTime, tag);
    raise(job, tag + cost);
  }

  /**
   * No clock stays further behind than that: those of jobs of which no worker had a batch.
   *
   * @param level how far the active jobs have come, by what of them was begun; if anything was
   */
  public void lift(OptionalDouble level) {
    double tag = level.orElse(virtualTime);
    List.copyOf(clocks.keySet()).forEach(job -> raise(job, tag));
  }

  private void raise(JobId job, double least) {
    Double clock = clocks.get(job);
    if (clock != null && clock < least) {
      set(job, least);
    }
  }

  /** All begin anew, side by side and behind all that was given out. */
  public void level() {
    virtualTime =
        clocks.values().stream().mapToDouble(Double::doubleValue).max().orElse(virtualTime);
    List.copyOf(clocks.keySet()).forEach(job -> set(job, virtualTime));
  }

  /** Whether the job is active. */
  public boolean knows(JobId job) {
    return clocks.containsKey(job);
  }
}
