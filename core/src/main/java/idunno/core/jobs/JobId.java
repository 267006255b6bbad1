package idunno.core.jobs;

/**
 * A job's number, counted by the cluster, never used twice.
 *
 * @param value 1, 2, 3 ...
 */
public record JobId(long value) implements Comparable<JobId> {
  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public JobId {
    if (value < 1) {
      throw new IllegalArgumentException("job: expected a number of 1 or more, found " + value);
    }
  }

  @Override
  public int compareTo(JobId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
