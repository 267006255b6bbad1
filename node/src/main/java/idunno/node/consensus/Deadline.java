package idunno.node.consensus;

import java.time.Duration;

/** A moment of {@link System#nanoTime()} by which something must have ended. */
record Deadline(long atNanos) {

  static Deadline after(Duration timeout) {
    long nanos = Math.min(timeout.toNanos(), Duration.ofDays(365).toNanos());
    return new Deadline(System.nanoTime() + nanos);
  }

  long remainingNanos() {
    return Math.max(0, atNanos - System.nanoTime());
  }

  /** Rounded up, so that it is 0 only when the deadline has passed. */
  long remainingMs() {
    return (remainingNanos() + 999_999) / 1_000_000;
  }

  boolean passed() {
    return remainingNanos() == 0;
  }

  /** Sleeps, but not beyond the deadline. */
  void pause(long ms) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(Math.min(ms * 1_000_000, remainingNanos())));
  }
}
