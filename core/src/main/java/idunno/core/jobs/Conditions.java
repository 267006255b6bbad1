package idunno.core.jobs;

import java.util.Optional;

/**
 * When a job begins, and when it is given up.
 *
 * @param after the job that must have ended before, however it ended
 * @param maxFailures how many of its queries may fail: with one more it is ended
 */
public record Conditions(Optional<JobId> after, Optional<Integer> maxFailures) {
  /** A job that begins at once and goes on to its end. */
  public static final Conditions NONE = new Conditions(Optional.empty(), Optional.empty());

  /**
   * Checks the bound.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Conditions {
    if (maxFailures.filter(most -> most < 0).isPresent()) {
      throw new IllegalArgumentException(
          "failures: expected a bound of 0 or more, found " + maxFailures.get());
    }
  }
}
