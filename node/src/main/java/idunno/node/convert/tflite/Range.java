package idunno.node.convert.tflite;

/**
 * The real numbers that a value can have.
 *
 * @param least the least; minus infinity where there is none
 * @param most the largest; infinity where there is none
 */
record Range(float least, float most) {
  static final Range ALL = new Range(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
  static final Range POSITIVE = new Range(0, Float.POSITIVE_INFINITY);

  boolean holds(Range other) {
    return least <= other.least && other.most <= most;
  }

  Range and(Range other) {
    return new Range(Math.max(least, other.least), Math.min(most, other.most));
  }

  Range or(Range other) {
    return new Range(Math.min(least, other.least), Math.max(most, other.most));
  }
}
