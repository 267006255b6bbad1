package idunno.node.transport;

import java.util.concurrent.TimeUnit;

/**
 * Bounds blocking work in time: lit with a length, it runs an action (closes the connection that
 * the work blocks on) unless it is put out by {@link #close} before.
 *
 * <p>One mechanism for every deadline: unlike a socket's read timeout it bounds a whole exchange,
 * writes and trickling peers included.
 */
final class Fuse implements AutoCloseable {
  private static final FuseWatch WATCH = new FuseWatch("transport-timer");

  /** So long that nobody waits for it, and so short that the ends of any two can be compared. */
  static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

  private final FuseWatch watch;
  private final Runnable action;
  private final long endNanos;
  private volatile boolean burnt;

  private Fuse(FuseWatch watch, Runnable action, long ms) {
    this.watch = watch;
    this.action = action;
    this.endNanos = System.nanoTime() + Math.min(TimeUnit.MILLISECONDS.toNanos(ms), LONGEST_NANOS);
  }

  static Fuse light(Runnable action, long ms) {
    return light(WATCH, action, ms);
  }

  static Fuse light(FuseWatch watch, Runnable action, long ms) {
    Fuse fuse = new Fuse(watch, action, ms);
    watch.add(fuse);
    return fuse;
  }

  /** When time is up, on the clock of {@link System#nanoTime}. */
  long endNanos() {
    return endNanos;
  }

  /** Time is up. */
  void burn() {
    burnt = true;
    action.run();
  }

  /** Whether time was up. */
  boolean burnt() {
    return burnt;
  }

  @Override
  public void close() {
    watch.remove(this);
  }
}
