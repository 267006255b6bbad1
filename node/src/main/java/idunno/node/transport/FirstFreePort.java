package idunno.node.transport;

import java.io.IOException;
import java.net.BindException;

/**
 * Finds a free port by binding it, as a port that was only looked at may be gone a moment later.
 */
public final class FirstFreePort {
  private FirstFreePort() {}

  /** Binds a port; whatever it returns knows which. */
  @FunctionalInterface
  public interface Binding<T> {
    /**
     * Binds.
     *
     * @throws BindException if the port is taken
     */
    T bind(int port) throws IOException;
  }

  /**
   * Binds the first port that is free of {@code first}, {@code first + step}, and so on.
   *
   * @param attempts how many to try
   * @throws BindException if all of them are taken
   */
  public static <T> T bind(int first, int step, int attempts, Binding<T> binding)
      throws IOException {
    BindException last = null;
    for (int attempt = 0; attempt < attempts; attempt++) {
      int port = first + attempt * step;
      if (port > 65_535) {
        break;
      }
      try {
        return binding.bind(port);
      } catch (BindException e) {
        last = e;
      }
    }
    var none =
        new BindException(
            "no free port among %d from %d in steps of %d; free one or name another"
                .formatted(attempts, first, step));
    none.initCause(last);
    throw none;
  }
}
