package idunno.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** Waits for a condition with a deadline: the one place here that sleeps. */
public final class Eventually {
  private static final long POLL_MS = 300;

  private Eventually() {}

  /** What is waited for. */
  @FunctionalInterface
  public interface Condition {
    /** Looks whether it holds. */
    boolean holds() throws IOException, InterruptedException;
  }

  /** Waits; {@return whether it held within that time} */
  public static boolean holds(Duration within, Condition condition)
      throws IOException, InterruptedException {
    return holds(within, POLL_MS, condition);
  }

  private static boolean holds(Duration within, long everyMs, Condition condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Thread.sleep(everyMs);
    }
    return true;
  }

  /**
   * Waits.
   *
   * @throws IOException naming what was waited for, if it took longer
   */
  public static void see(String what, Duration within, Condition condition)
      throws IOException, InterruptedException {
    see(what, within, POLL_MS, condition);
  }

  /** The same, with a look so many milliseconds after the last. */
  public static void see(String what, Duration within, long everyMs, Condition condition)
      throws IOException, InterruptedException {
    if (!holds(within, everyMs, condition)) {
      throw new IOException("waited %d s in vain: %s".formatted(within.toSeconds(), what));
    }
  }
}
