package idunno.core.jobs;

import java.util.Comparator;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which job the next batch is taken from.
 *
 * <p>Intuition: each job has a clock that is put forward by the queries given out, the slower the
 * heavier the job's weight. The next batch goes to the job whose clock is furthest behind. Clocks
 * side by side mean equal queries per unit of weight, whatever a query of each model costs; a
 * costly model then simply holds more machines at any time.
 *
 * <p>The rule is start-time fair queueing (Goyal, Vin and Cheng, 1996) with a query as the unit of
 * service: a job that arrives starts at the virtual time, the clock of the job last served, so that
 * it neither waits for the old ones nor makes them wait until it has caught up.
 *
 * <p>Rejected: shares of machines computed from measured costs, which must be measured first, lag
 * behind each change, and can only be as even as machines are many.
 *
 * <p>Soft state: a new coordinator starts all clocks anew, as if all running jobs had just arrived.
 */
public final class FairTime {
  private final NavigableMap<JobId, Double> clocks = new TreeMap<>();
  private double virtualTime;

  /** A job arrives; one that is known already stays as it is. */
  public void join(JobId job) {
    clocks.putIfAbsent(job, virtualTime);
  }

  /** A job has ended. */
  public void leave(JobId job) {
    clocks.remove(job);
  }

  /** The job furthest behind among those that have something to give out; ties to the oldest. */
  public Optional<JobId> next(Predicate<JobId> hasWork) {
    return clocks.keySet().stream()
        .filter(hasWork)
        .min(
            Comparator.<JobId>comparingDouble(this::clock)
                .thenComparing(Comparator.naturalOrder()));
  }

  /** Queries of the job were given out. */
  public void served(JobId job, int queries, int weight) {
    double start = clock(job);
    virtualTime = Math.max(virtualTime, start);
    clocks.put(job, start + (double) queries / weight);
  }

  /** Queries that were given out came back undone: they don't count as service. */
  public void returned(JobId job, int queries, int weight) {
    clocks.computeIfPresent(job, (ignored, clock) -> clock - (double) queries / weight);
  }

  /** Whether the job is known. */
  public boolean knows(JobId job) {
    return clocks.containsKey(job);
  }

  private double clock(JobId job) {
    return clocks.getOrDefault(job, virtualTime);
  }
}
