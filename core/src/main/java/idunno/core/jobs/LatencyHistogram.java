package idunno.core.jobs;

import java.util.NavigableMap;

/**
 * How measured times are distributed: count, mean and standard deviation exactly, percentiles to
 * within 1.6 %.
 *
 * <p>Intuition: times are counted in buckets whose width grows with the time, 64 to each doubling,
 * as HdrHistogram does, so that a microsecond and an hour are told with the same relative accuracy
 * in little room. Histograms add up, over batches, jobs and machines.
 */
public final class LatencyHistogram {
  private static final int BITS = 6;
  private static final int FINE = 1 << BITS;

  private final Counts buckets = new Counts();
  private long count;
  private double sumMicros;
  private double sumSquares;

  /**
   * A histogram as a value, for snapshots and replies.
   *
   * @param buckets how many times fell in each bucket
   * @param count how many times in all
   * @param sumMicros their sum
   * @param sumSquares the sum of their squares
   */
  public record Recorded(
      NavigableMap<Integer, Long> buckets, long count, double sumMicros, double sumSquares) {}

  /**
   * What c2 prints; every figure in milliseconds, 0 where nothing was measured.
   *
   * @param count how many queries were measured
   */
  public record Summary(
      long count,
      double meanMs,
      double deviationMs,
      double medianMs,
      double p90Ms,
      double p95Ms,
      double p99Ms) {}

  /** Counts one time. A negative one, as a clock set back may give, counts as 0. */
  public void add(long micros) {
    long time = Math.max(0, micros);
    buckets.add(bucketOf(time), 1);
    count++;
    sumMicros += time;
    sumSquares += (double) time * time;
  }

  /** Counts all that another histogram has counted. */
  public void addAll(LatencyHistogram other) {
    buckets.addAll(other.buckets);
    count += other.count;
    sumMicros += other.sumMicros;
    sumSquares += other.sumSquares;
  }

  /** How many times were counted. */
  public long count() {
    return count;
  }

  /** The figures that c2 prints. */
  public Summary summary() {
    if (count == 0) {
      return new Summary(0, 0, 0, 0, 0, 0, 0);
    }
    double mean = sumMicros / count;
    double variance = Math.max(0, sumSquares / count - mean * mean);
    return new Summary(
        count,
        mean / 1e3,
        Math.sqrt(variance) / 1e3,
        quantileMicros(0.5) / 1e3,
        quantileMicros(0.9) / 1e3,
        quantileMicros(0.95) / 1e3,
        quantileMicros(0.99) / 1e3);
  }

  /**
   * The time that a share of the counted times doesn't exceed, in microseconds.
   *
   * @param share over 0 and up to 1
   */
  double quantileMicros(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int place = 0; place < buckets.size(); place++) {
      seen += buckets.times(place);
      if (seen >= rank) {
        return middleOf(buckets.number(place));
      }
    }
    return 0;
  }

  /** This histogram as a value. */
  public Recorded toRecorded() {
    return new Recorded(buckets.toMap(), count, sumMicros, sumSquares);
  }

  /** The histogram that a value was taken of. */
  public static LatencyHistogram of(Recorded recorded) {
    LatencyHistogram histogram = new LatencyHistogram();
    recorded.buckets().forEach(histogram.buckets::add);
    histogram.count = recorded.count();
    histogram.sumMicros = recorded.sumMicros();
    histogram.sumSquares = recorded.sumSquares();
    return histogram;
  }

  private static int bucketOf(long micros) {
    if (micros < FINE) {
      return (int) micros;
    }
    int shift = 63 - Long.numberOfLeadingZeros(micros) - BITS;
    return (shift << BITS) + (int) (micros >>> shift);
  }

  private static double middleOf(int bucket) {
    if (bucket < 2 * FINE) {
      return bucket;
    }
    int shift = (bucket >> BITS) - 1;
    long low = (long) (bucket - (shift << BITS)) << shift;
    return low + ((1L << shift) - 1) / 2.0;
  }
}
