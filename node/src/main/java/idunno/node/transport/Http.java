package idunno.node.transport;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

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
        .sslContext(trustsNobody())
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  /**
   * The API speaks plainly as yet. The client would make a default context all the same, and read a
   * hundred certificates for it: a fifth of a second of every short command.
   */
  private static SSLContext trustsNobody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }
}
