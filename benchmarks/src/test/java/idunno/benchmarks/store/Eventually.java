package idunno.benchmarks.store;

import java.io.IOException;
import java.time.Duration;

/** Waits for a condition with a deadline: the one place here that sleeps. */
final class Eventually {
  private static final long POLL_MS = 300;

  private Eventually() {}

  /** What is waited for. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /** Waits; {@return whether it held within that time} */
  static boolean holds(Duration within, Condition condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Thread.sleep(POLL_MS);
    }
    return true;
  }

  /**
   * Waits.
   *
   * @throws IOException naming what was waited for, if it took longer
   */
  static void see(String what, Duration within, Condition condition)
      throws IOException, InterruptedException {
    if (!holds(within, condition)) {
      throw new IOException("waited %d s in vain: %s".formatted(within.toSeconds(), what));
    }
  }
}
