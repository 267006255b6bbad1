package idunno.node.main;

import java.util.function.LongSupplier;

/**
 * Milliseconds since 1970 that never go back nor jump: the wall clock at the start, and the time
 * that has passed since. A clock that is set by hand must not make live nodes look dead.
 */
final class MonotonicClock implements LongSupplier {
  private final long startMs = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();

  @Override
  public long getAsLong() {
    return startMs + (System.nanoTime() - startNanos) / 1_000_000;
  }
}
