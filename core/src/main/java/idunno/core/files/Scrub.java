package idunno.core.files;

import java.util.Optional;

/**
 * How a node's scrubbing stands: reading all of its replicas again, to find damage before a reader
 * does.
 *
 * @param running the round that is under way
 * @param last the last round that went to its end
 * @param nextMs when the next round begins, milliseconds since 1970; 0 if none will by itself
 */
public record Scrub(Optional<Round> running, Optional<Round> last, long nextMs) {
  /** Before the first round. */
  public static final Scrub NONE = new Scrub(Optional.empty(), Optional.empty(), 0);

  /**
   * One round over all replicas of a node.
   *
   * @param number 1, 2, 3 ... for each node
   * @param startedMs when it began, milliseconds since 1970
   * @param endedMs when it ended; 0 before
   * @param chunks replicas read so far
   * @param bytes bytes read so far
   * @param damaged how many of the replicas were damaged or missing
   */
  public record Round(
      long number, long startedMs, long endedMs, long chunks, long bytes, long damaged) {
    /** A round that begins. */
    public static Round begin(long number, long nowMs) {
      return new Round(number, nowMs, 0, 0, 0, 0);
    }

    /** The same after one more replica. */
    public Round with(long moreBytes, boolean isDamaged) {
      return new Round(
          number, startedMs, endedMs, chunks + 1, bytes + moreBytes, damaged + (isDamaged ? 1 : 0));
    }

    /** The same at its end. */
    public Round ended(long nowMs) {
      return new Round(number, startedMs, nowMs, chunks, bytes, damaged);
    }
  }
}
