package idunno.core.base;

/**
 * Lets so much pass in a second and no more, with the time as an argument.
 *
 * <p>Tokens come in at an even rate up to the bucket's size. What passes may be more than there is:
 * then nothing passes until the debt is paid, so one large thing is never held up for good.
 */
public final class TokenBucket {
  private final long perSecond;
  private final long size;
  private double tokens;
  private long filledMs;

  /**
   * A full bucket.
   *
   * @param perSecond tokens that come in each second; 0 for no limit
   * @param size the most that gathers while nothing passes
   * @param nowMs the time, milliseconds
   */
  public TokenBucket(long perSecond, long size, long nowMs) {
    if (perSecond < 0 || size < 0) {
      throw new IllegalArgumentException(
          "token bucket: expected 0 or more, found " + perSecond + " a second and " + size);
    }
    this.perSecond = perSecond;
    this.size = size;
    this.tokens = (double) size;
    this.filledMs = nowMs;
  }

  /** Whether anything may pass now. */
  public boolean isOpen(long nowMs) {
    fill(nowMs);
    return perSecond == 0 || tokens > 0;
  }

  /** So much has passed. */
  public void take(long amount, long nowMs) {
    fill(nowMs);
    tokens -= amount;
  }

  private void fill(long nowMs) {
    long passedMs = Math.max(0, nowMs - filledMs);
    filledMs = Math.max(filledMs, nowMs);
    tokens = Math.min((double) size, tokens + passedMs * (perSecond / 1e3));
  }
}
