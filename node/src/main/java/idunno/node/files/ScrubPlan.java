package idunno.node.files;

/**
 * When and how fast a node reads its replicas again.
 *
 * @param bytesPerSecond how fast; 1 or more
 * @param everyMs how long from the beginning of one round to that of the next, unless a round takes
 *     longer; 0 for one after the other
 * @param byItself whether rounds begin by themselves; else only when somebody asks for one
 */
public record ScrubPlan(long bytesPerSecond, long everyMs, boolean byItself) {
  /** What rate an asked-for round has where none is set, in bytes per second. */
  public static final long USUAL_BYTES_PER_SECOND = 20_000_000;

  private static final long DAY_MS = 86_400_000;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if the rate is less than 1 or the time less than 0
   */
  public ScrubPlan {
    if (bytesPerSecond < 1 || everyMs < 0) {
      throw new IllegalArgumentException(
          "scrub: expected 1 byte/s or more and 0 ms or more, found %d and %d"
              .formatted(bytesPerSecond, everyMs));
    }
  }

  /** A plan of so many MB (of 1,000,000 bytes) a second, 0 for none by itself, every few days. */
  public static ScrubPlan of(int megabytesPerSecond, int days) {
    return new ScrubPlan(
        megabytesPerSecond == 0 ? USUAL_BYTES_PER_SECOND : megabytesPerSecond * 1_000_000L,
        days * DAY_MS,
        megabytesPerSecond > 0);
  }
}
