package idunno.node.transport;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Bounds blocking work in time: lit with a length, it runs an action (closes the connection that
 * the work blocks on) unless it is put out by {@link #close} before.
 *
 * <p>One mechanism for every deadline: unlike a socket's read timeout it bounds a whole exchange,
 * writes and trickling peers included.
 */
final class Fuse implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor TIMER =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("transport-timer").factory());

  static {
    TIMER.setRemoveOnCancelPolicy(true);
  }

  private final ScheduledFuture<?> spark;
  private volatile boolean burnt;

  private Fuse(Runnable action, long ms) {
    spark =
        TIMER.schedule(
            () -> {
              burnt = true;
              action.run();
            },
            ms,
            TimeUnit.MILLISECONDS);
  }

  static Fuse light(Runnable action, long ms) {
    return new Fuse(action, ms);
  }

  /** Whether time was up. */
  boolean burnt() {
    return burnt;
  }

  @Override
  public void close() {
    spark.cancel(false);
  }
}
