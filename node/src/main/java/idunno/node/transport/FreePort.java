package idunno.node.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks whether a port is free, for those whose port is bound later by something else. */
public final class FreePort {
  private FreePort() {}

  /**
   * Binds the port and lets it go again. It may be taken the moment after, so whoever needs several
   * holds one of them while looking at the others.
   *
   * @throws BindException if the port is in use
   */
  public static void check(String host, int port) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, port));
    }
  }
}
