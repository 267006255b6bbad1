package idunno.system;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for a condition, and says what was seen last where it never comes. */
final class Eventually {
  private static final long LOOK_EVERY_MS = 50;

  /** Something to look at; what it throws counts as not seen yet. */
  @FunctionalInterface
  interface Look<T> {
    T look() throws Exception;
  }

  private Eventually() {}

  /** Looks until it is so; {@return what was seen then} */
  static <T> T see(String what, Duration within, Look<T> look, Predicate<T> enough)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + within.toNanos();
    String last = "nothing";
    Throwable cause = null;
    do {
      try {
        T seen = look.look();
        if (enough.test(seen)) {
          return seen;
        }
        last = String.valueOf(seen);
        cause = null;
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | AssertionError e) {
        last = e.toString();
        cause = e;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    } while (System.nanoTime() < deadlineNanos);
    throw late(what, within, last, cause);
  }

  /** Looks until it is true. */
  static void holds(String what, Duration within, Look<Boolean> look) throws InterruptedException {
    see(what, within, look, seen -> seen);
  }

  private static AssertionError late(
      String what, Duration within, String last, @Nullable Throwable cause) {
    return new AssertionError(
        "expected within %d s: %s; last seen: %s".formatted(within.toSeconds(), what, last), cause);
  }
}
