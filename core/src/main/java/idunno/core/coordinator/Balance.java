package idunno.core.coordinator;

/**
 * How evening out the disks stands, as a value.
 *
 * @param state where it is
 * @param withinPoints how many percentage points from the mean use a disk may be
 * @param spreadPoints how many the disk furthest from it is now
 * @param askedMs when it was asked for, milliseconds since 1970
 * @param endedMs when it ended; 0 before
 * @param moved replicas moved so far
 * @param movedBytes what they weigh
 * @param failed moves that came to nothing
 * @param waiting moves that are planned or under way
 */
public record Balance(
    State state,
    double withinPoints,
    double spreadPoints,
    long askedMs,
    long endedMs,
    int moved,
    long movedBytes,
    int failed,
    int waiting) {
  /** The widest band that may be asked for, in percentage points. */
  public static final double MOST_POINTS = 100.0;

  /** The narrowest band that may be asked for, in percentage points. */
  public static final double LEAST_POINTS = 0.001;

  /**
   * Checks what is asked for.
   *
   * @throws IllegalArgumentException unless it is a band between the narrowest and the widest
   */
  public static void check(double withinPoints) {
    if (!(withinPoints >= LEAST_POINTS && withinPoints <= MOST_POINTS)) {
      throw new IllegalArgumentException(
          "balance: expected "
              + LEAST_POINTS
              + " to "
              + MOST_POINTS
              + " percentage points, found "
              + withinPoints);
    }
  }

  /** Where it is. */
  public enum State {
    /** This coordinator was never asked. */
    NEVER,
    /** Replicas are being moved, or wait until nodes have settled. */
    RUNNING,
    /** All disks are within the band. */
    EVEN,
    /** Not all disks are within the band, and no move would bring any nearer. */
    STUCK
  }
}
