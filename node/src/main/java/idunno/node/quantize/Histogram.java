package idunno.node.quantize;

import java.nio.FloatBuffer;

/**
 * How often which values occurred in a tensor, in bins of one power of two. When a value falls
 * outside, the bins double in width and neighbours merge, so nothing need be known beforehand. What
 * comes out depends on the values alone, not on their order nor on how they were split among
 * several histograms: counts are whole numbers, and bins of any width begin at 0.
 */
final class Histogram {
  /** Bins on either side of 0. At least half of one side is in use, unless all values are 0. */
  static final int HALF = 2048;

  private static final int LEAST_EXPONENT = -60;

  private final long[] counts = new long[2 * HALF];
  private int exponent = LEAST_EXPONENT;
  private long zeros;
  private double low;
  private double high;

  /**
   * Counts values from a buffer's position to its limit.
   *
   * @throws IllegalArgumentException if one of them is not a finite number
   */
  void add(FloatBuffer values) {
    int from = values.position();
    int to = values.limit();
    float least = 0;
    float most = 0;
    for (int i = from; i < to; i++) {
      float value = values.get(i);
      least = Math.min(least, value); // NaN wins
      most = Math.max(most, value);
    }
    if (!Float.isFinite(least) || !Float.isFinite(most)) {
      throw new IllegalArgumentException("a value is not a finite number");
    }
    makeRoom(least, most);
    float perUnit = (float) Math.scalb(1.0, -exponent); // exact, as is every product with it
    long zeroes = 0;
    for (int i = from; i < to; i++) {
      float value = values.get(i);
      if (value == 0) {
        zeroes++;
      } else {
        counts[HALF + (int) Math.floor(value * perUnit)]++;
      }
    }
    zeros += zeroes;
  }

  /** Counts what another histogram has counted. */
  void add(Histogram other) {
    makeRoom(other.low, other.high);
    int shift = exponent - other.exponent;
    for (int i = 0; i < counts.length; i++) {
      if (other.counts[i] != 0) {
        counts[HALF + ((i - HALF) >> Math.min(shift, 31))] += other.counts[i];
      }
    }
    zeros += other.zeros;
  }

  private void makeRoom(double least, double most) {
    low = Math.min(low, least);
    high = Math.max(high, most);
    int wanted = exponent;
    while (high >= Math.scalb((double) HALF, wanted) || low < -Math.scalb((double) HALF, wanted)) {
      wanted++;
    }
    int shift = Math.min(wanted - exponent, 31);
    if (shift > 0) {
      // From 0 outwards: a bin only ever moves towards 0, onto one that has moved already.
      for (int i = HALF; i < 2 * HALF; i++) {
        move(i, HALF + ((i - HALF) >> shift));
      }
      for (int i = HALF - 1; i >= 0; i--) {
        move(i, HALF + ((i - HALF) >> shift));
      }
      exponent = wanted;
    }
  }

  private void move(int from, int to) {
    if (from != to) {
      counts[to] += counts[from];
      counts[from] = 0;
    }
  }

  /** The smallest and the largest value, and 0. */
  Range range() {
    return new Range(low, high);
  }

  /** How many values were exactly 0; they are in no bin. */
  long zeros() {
    return zeros;
  }

  /** How many values were counted, zeros included. */
  long total() {
    long sum = zeros;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** How many values lie in a bin, which covers {@code [start(bin), start(bin + 1))}. */
  long count(int bin) {
    return counts[bin];
  }

  /** Where a bin begins. */
  double start(int bin) {
    return Math.scalb((double) (bin - HALF), exponent);
  }

  /** The middle of a bin. */
  double middle(int bin) {
    return Math.scalb(bin - HALF + 0.5, exponent);
  }

  /** The bin that holds a value of the range. */
  int bin(double value) {
    return HALF + Math.clamp((long) Math.floor(Math.scalb(value, -exponent)), -HALF, HALF - 1);
  }
}
