package idunno.benchmarks.store;

import java.util.Arrays;
import java.util.Locale;

/**
 * How long something took.
 *
 * @param seconds from the first begin to the last end
 * @param p50Ms the median of the single operations
 * @param p99Ms what 99 of 100 single operations stayed below
 */
record Timing(double seconds, double p50Ms, double p99Ms) {
  private static final double NANOS_PER_MS = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Of the durations of single operations. */
  static Timing of(long allNanos, long[] eachNanos) {
    long[] sorted = eachNanos.clone();
    Arrays.sort(sorted);
    return new Timing(
        allNanos / NANOS_PER_SECOND,
        sorted[sorted.length / 2] / NANOS_PER_MS,
        sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / NANOS_PER_MS);
  }

  /** As words of a line. */
  String words() {
    return String.format(Locale.ROOT, "%.6f %.4f %.4f", seconds, p50Ms, p99Ms);
  }

  /** The other way round. */
  static Timing parse(String words) {
    String[] each = words.split(" ", -1);
    return new Timing(
        Double.parseDouble(each[0]), Double.parseDouble(each[1]), Double.parseDouble(each[2]));
  }
}
