package idunno.core.coordinator;

/**
 * How fast replicas are copied, and how long the cluster must be quiet before any is given up.
 *
 * @param repairBytesPerSecond what all copies together may move in a second; 0 for no limit
 * @param settleMs how long no node must have come or gone before a replica that is one too many is
 *     dropped, or one is moved, in milliseconds: a machine that only restarts costs no churn
 */
public record UpkeepRule(long repairBytesPerSecond, long settleMs) {
  /** 200 MB a second, and half a minute. */
  public static final UpkeepRule DEFAULT = new UpkeepRule(200_000_000, 30_000);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a figure is negative
   */
  public UpkeepRule {
    if (repairBytesPerSecond < 0 || settleMs < 0) {
      throw new IllegalArgumentException(
          "upkeep: expected 0 or more, found "
              + repairBytesPerSecond
              + " bytes a second and "
              + settleMs
              + " ms");
    }
  }
}
