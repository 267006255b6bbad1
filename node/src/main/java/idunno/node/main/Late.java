package idunno.node.main;

import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Something that others must be able to name before it is there: wiring goes in circles. */
final class Late<T> {
  private final CountDownLatch there = new CountDownLatch(1);
  private volatile @Nullable T value;

  T set(T arrived) {
    value = arrived;
    there.countDown();
    return arrived;
  }

  /** Does something with it, or nothing if it is not there yet. */
  void ifThere(Consumer<T> use) {
    T now = value;
    if (now != null) {
      use.accept(now);
    }
  }

  /** Waits until it is there. */
  T await() {
    try {
      there.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the node was being put together", e);
    }
    T now = value;
    if (now == null) {
      throw new IllegalStateException("set to nothing");
    }
    return now;
  }
}
