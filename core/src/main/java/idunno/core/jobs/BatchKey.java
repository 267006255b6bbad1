package idunno.core.jobs;

import java.util.Comparator;

/**
 * One batch of one job.
 *
 * @param job the job
 * @param number the batch's place in the job: 0, 1, 2 ...
 */
public record BatchKey(JobId job, int number) implements Comparable<BatchKey> {
  private static final Comparator<BatchKey> ORDER =
      Comparator.comparing(BatchKey::job).thenComparingInt(BatchKey::number);

  @Override
  public int compareTo(BatchKey other) {
    return ORDER.compare(this, other);
  }

  /** The job, a slash and the number: {@code 3/17}. */
  @Override
  public String toString() {
    return job + "/" + number;
  }
}
