package idunno.node.replica;

import java.time.Duration;

/** The replicated log, as the proposer needs it. */
public interface Log {
  /**
   * Puts an entry in the log and returns what applying it gave.
   *
   * @throws Unsettled if it isn't known whether the entry is or will be in the log
   * @throws Rejected if it certainly isn't and won't be
   */
  byte[] submit(byte[] entry, Duration timeout) throws Unsettled, Rejected, InterruptedException;

  /** Whether the entry is in the log isn't known: the same requests may be sent again. */
  final class Unsettled extends Exception {
    private static final long serialVersionUID = 1;

    /** Says why, and what lay behind. */
    public Unsettled(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The entry isn't in the log and won't be. */
  final class Rejected extends Exception {
    private static final long serialVersionUID = 1;

    /** Says why, and what lay behind. */
    public Rejected(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
