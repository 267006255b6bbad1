package idunno.node.zoo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the proxy that the environment names: {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code
 * NO_PROXY}, in capitals or small letters, as curl and npm read them. Java alone reads only its own
 * system properties; they decide where the environment says nothing.
 */
final class Proxies extends ProxySelector {

  private final Map<String, String> environment;
  private final @Nullable ProxySelector otherwise;

  Proxies(Map<String, String> environment, @Nullable ProxySelector otherwise) {
    this.environment = environment;
    this.otherwise = otherwise;
  }

  @Override
  public List<Proxy> select(URI target) {
    String named = variable("https".equals(target.getScheme()) ? "https_proxy" : "http_proxy");
    if (named.isEmpty()) {
      return otherwise == null ? List.of(Proxy.NO_PROXY) : otherwise.select(target);
    }
    if (excepted(target.getHost())) {
      return List.of(Proxy.NO_PROXY);
    }
    URI proxy = URI.create(named.contains("://") ? named : "http://" + named);
    String host = proxy.getHost();
    if (host == null) {
      throw new IllegalArgumentException(
          "proxy from the environment: expected http://HOST:PORT, found " + named);
    }
    int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
    return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port)));
  }

  /** Whether {@code NO_PROXY} names this host, a domain above it, or everything. */
  private boolean excepted(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String wanted = "." + host.toLowerCase(Locale.ROOT);
    for (String entry : variable("no_proxy").split(",", -1)) {
      String domain = entry.strip().toLowerCase(Locale.ROOT);
      if (domain.startsWith(".")) {
        domain = domain.substring(1);
      }
      if (domain.equals("*") || (!domain.isEmpty() && wanted.endsWith("." + domain))) {
        return true;
      }
    }
    return false;
  }

  private String variable(String name) {
    String small = environment.getOrDefault(name, "");
    return small.isBlank()
        ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip()
        : small.strip();
  }

  @Override
  public void connectFailed(URI target, SocketAddress address, IOException failure) {
    if (otherwise != null) {
      otherwise.connectFailed(target, address, failure);
    }
  }
}
