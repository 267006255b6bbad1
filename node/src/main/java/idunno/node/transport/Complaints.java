package idunno.node.transport;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Log lines that a stranger can cause: at most one a second, with a count of those left out, so
 * that nobody fills the disk by knocking on the port.
 */
final class Complaints {
  private static final long INTERVAL_NANOS = 1_000_000_000;

  private final Logger log;
  private long nextNanos = System.nanoTime();
  private long leftOut;

  Complaints(Logger log) {
    this.log = log;
  }

  synchronized void complain(String line) {
    long now = System.nanoTime();
    if (now - nextNanos < 0) {
      leftOut++;
      return;
    }
    log.log(Level.WARNING, leftOut == 0 ? line : line + " (and " + leftOut + " more like it)");
    leftOut = 0;
    nextNanos = now + INTERVAL_NANOS;
  }
}
