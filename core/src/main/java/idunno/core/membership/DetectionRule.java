package idunno.core.membership;

/**
 * How long a silence means what.
 *
 * @param suspectAfterMs silence after which a member is suspected and probed
 * @param failAfterMs silence after which it is declared failed, more than {@code suspectAfterMs}
 */
public record DetectionRule(long suspectAfterMs, long failAfterMs) {
  /** A second and a half until suspicion, three until failure: detection in seconds. */
  public static final DetectionRule DEFAULT = new DetectionRule(1_500, 3_000);

  /**
   * Checks the order.
   *
   * @throws IllegalArgumentException unless 0 &lt; suspectAfterMs &lt; failAfterMs
   */
  public DetectionRule {
    if (suspectAfterMs <= 0 || failAfterMs <= suspectAfterMs) {
      throw new IllegalArgumentException(
          "detection: expected 0 < suspectAfterMs < failAfterMs, found "
              + suspectAfterMs
              + " and "
              + failAfterMs);
    }
  }
}
