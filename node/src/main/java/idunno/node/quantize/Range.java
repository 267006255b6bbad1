package idunno.node.quantize;

/**
 * A closed range of real values that holds 0.
 *
 * @param low the lower end, 0 or less
 * @param high the upper end, 0 or more
 */
record Range(double low, double high) {
  /**
   * Checks the ends.
   *
   * @throws IllegalArgumentException if an end is not finite or on the wrong side of 0
   */
  Range {
    if (!(low <= 0) || !(high >= 0) || Double.isInfinite(low) || Double.isInfinite(high)) {
      throw new IllegalArgumentException(
          "range: expected finite ends around 0, found " + low + " to " + high);
    }
  }

  /** The smallest range with 0 and both values. */
  static Range around(double one, double other) {
    return new Range(Math.min(0, Math.min(one, other)), Math.max(0, Math.max(one, other)));
  }

  /** The smallest range that holds both. */
  Range and(Range other) {
    return new Range(Math.min(low, other.low), Math.max(high, other.high));
  }
}
