package idunno.node.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class FuseTest {
  private static final int LONG_MS = 60_000;

  private final String name;
  private final FuseWatch watch;

  FuseTest(TestInfo test) {
    name = "watch-of-" + test.getDisplayName();
    watch = new FuseWatch(name);
  }

  /** An action that can be waited for. */
  private static final class Burning implements Runnable {
    private final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public void run() {
      begun.countDown();
    }

    boolean isAwaited() throws InterruptedException {
      return begun.await(LONG_MS / 2, TimeUnit.MILLISECONDS);
    }

    boolean hasBegun() {
      return begun.getCount() == 0;
    }
  }

  @Test
  void burnsWhenItsTimeIsUpAndNotBefore() throws Exception {
    Burning burning = new Burning();
    long start = System.nanoTime();
    Fuse fuse = Fuse.light(watch, burning, 50);
    assertTrue(burning.isAwaited());
    assertTrue(System.nanoTime() - start >= 50_000_000);
    assertTrue(fuse.burnt());
  }

  @Test
  void oneThatWasPutOutNeverBurns() throws Exception {
    Burning out = new Burning();
    Fuse fuse = Fuse.light(watch, out, 1_000);
    fuse.close();
    Burning later = new Burning();
    Fuse.light(watch, later, 1_050);
    assertTrue(later.isAwaited());
    assertFalse(out.hasBegun());
    assertFalse(fuse.burnt());
  }

  @Test
  void oneThatEndsBeforeAllThatAreLitBurnsInTime() throws Exception {
    Burning first = new Burning();
    Burning second = new Burning();
    Burning third = new Burning();
    Fuse.light(watch, first, LONG_MS);
    Fuse.light(watch, second, 300);
    Fuse.light(watch, third, 50);
    assertTrue(third.isAwaited());
    assertTrue(second.isAwaited());
    assertFalse(first.hasBegun());
  }

  @Test
  void anActionThatFailsKeepsNoOtherFromBurning() throws Exception {
    Fuse.light(
        watch,
        () -> {
          throw new IllegalStateException("meant to fail");
        },
        10);
    Burning later = new Burning();
    Fuse.light(watch, later, 50);
    assertTrue(later.isAwaited());
  }

  @Test
  void thoseThatArePutOutInTimeWakeNobody() throws Exception {
    Burning first = new Burning();
    Fuse.light(watch, first, 1);
    assertTrue(first.isAwaited());
    long before = waits();
    for (int call = 0; call < 1_000; call++) {
      try (Fuse fuse = Fuse.light(watch, () -> {}, LONG_MS)) {
        assertFalse(fuse.burnt());
      }
    }
    long waits = waits() - before;
    assertTrue(waits < 10, () -> "the watch went to sleep " + waits + " times");
  }

  private long waits() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(Objects::nonNull)
        .filter(thread -> thread.getThreadName().equals(name))
        .mapToLong(ThreadInfo::getWaitedCount)
        .findFirst()
        .orElseThrow();
  }
}
