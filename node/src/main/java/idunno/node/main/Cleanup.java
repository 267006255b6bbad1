package idunno.node.main;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, to be closed in the opposite order. */
final class Cleanup implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Cleanup.class.getName());

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T one) {
    opened.push(one);
    return one;
  }

  /** Closes all, however many of them fail at it. */
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      AutoCloseable one = opened.pop();
      try {
        one.close();
      } catch (Exception e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "closing {0}: {1}",
            one.getClass().getSimpleName(),
            e.getMessage());
      }
    }
  }
}
