package idunno.node;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition with a deadline: the one place where tests sleep. */
public final class Eventually {
  private static final Duration GENEROUS = Duration.ofSeconds(60);
  private static final long POLL_MS = 5;

  private Eventually() {}

  /** Returns when the condition holds; fails with what was waited for after a minute. */
  public static void eventually(BooleanSupplier condition, Supplier<String> waitedFor)
      throws InterruptedException {
    long end = System.nanoTime() + GENEROUS.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("waited " + GENEROUS.toSeconds() + " s in vain for " + waitedFor.get());
      }
      Thread.sleep(POLL_MS);
    }
  }
}
