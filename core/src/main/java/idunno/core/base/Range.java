package idunno.core.base;

/**
 * A range of whole numbers, both ends included, as the {@code inference START END} command counts.
 *
 * @param start the first number, 0 or more
 * @param end the last number, no less than {@code start}
 */
public record Range(long start, long end) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code start} is negative or {@code end} is before it
   */
  public Range {
    if (start < 0) {
      throw new IllegalArgumentException("range start: expected 0 or more, found " + start);
    }
    if (end < start) {
      throw new IllegalArgumentException(
          "range end: expected " + start + " or more (the start), found " + end);
    }
  }

  /** How many numbers are in the range. */
  public long size() {
    return end - start + 1;
  }
}
