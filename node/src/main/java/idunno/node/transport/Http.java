package idunno.node.transport;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executors;

/** Connections to the HTTP API of a node: the one place that makes a client of it. */
public final class Http {
  /** How long a machine may take to accept a connection before the next one is tried. */
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);

  private Http() {}

  /**
   * A client for the API: HTTP/1.1, follows no redirect, keeps connections open between calls.
   *
   * <p>Its threads are virtual and end with the program.
   */
  public static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(CONNECT_WITHIN)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }
}
