package idunno.node.client;

import idunno.node.transport.Buffers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * By which way bytes go: straight between this machine and the nodes that hold them; or by the API
 * of one node, where the others can't be called from here. It is found out once.
 */
final class Routes implements AutoCloseable {
  /** So many chunks of all transfers lie outside of the heap. */
  private static final int MAX_BUFFERS = 8;

  private final Calls calls;
  private Optional<Direct> direct = Optional.empty();
  private boolean known;

  /** The straight way. */
  record Direct(DataNodes nodes, DirectUploads uploads, DirectDownloads downloads) {}

  Routes(Calls calls) {
    this.calls = calls;
  }

  /**
   * The straight way, if there is one.
   *
   * @throws IOException if the cluster doesn't answer
   */
  synchronized Optional<Direct> direct() throws IOException {
    if (!known) {
      try {
        DataNodes nodes = DataNodes.find(calls);
        Buffers buffers = new Buffers(MAX_BUFFERS);
        direct =
            Optional.of(
                new Direct(
                    nodes,
                    new DirectUploads(calls, nodes, buffers, journals()),
                    new DirectDownloads(calls, nodes, buffers)));
      } catch (DataNodes.NotReachable e) {
        direct = Optional.empty();
      }
      known = true;
    }
    return direct;
  }

  private static Path journals() {
    String cache = System.getenv("IDUNNO_CACHE");
    return cache != null && !cache.isBlank()
        ? Path.of(cache, "uploads")
        : Path.of(System.getProperty("user.home", "."), ".cache", "idunno", "uploads");
  }

  @Override
  public synchronized void close() {
    direct.ifPresent(way -> way.nodes().close());
    direct = Optional.empty();
    known = false;
  }
}
