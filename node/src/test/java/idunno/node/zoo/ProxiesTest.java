package idunno.node.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProxiesTest {

  private static List<Proxy> select(Map<String, String> environment, String target) {
    return new Proxies(environment, null).select(URI.create(target));
  }

  private static List<Proxy> via(String host, int port) {
    return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port)));
  }

  @Test
  void takesTheProxyOfTheScheme() {
    Map<String, String> both =
        Map.of("HTTPS_PROXY", "http://secure:3128", "http_proxy", "plain:8080/");
    assertEquals(via("secure", 3128), select(both, "https://registry.example/x"));
    assertEquals(via("plain", 8080), select(both, "http://registry.example/x"));
  }

  @Test
  void goesStraightWhereNoProxySaysSo() {
    Map<String, String> some =
        Map.of("https_proxy", "http://p:1", "no_proxy", "localhost, .inner.example,host.example");
    List<Proxy> straight = List.of(Proxy.NO_PROXY);
    assertEquals(straight, select(some, "https://a.inner.example/"));
    assertEquals(straight, select(some, "https://host.example/"));
    assertEquals(straight, select(some, "https://LOCALHOST/"));
    assertEquals(via("p", 1), select(some, "https://otherhost.example/"));
    assertEquals(
        straight, select(Map.of("https_proxy", "http://p:1", "NO_PROXY", "*"), "https://a/"));
  }

  @Test
  void goesStraightWithoutAnyProxy() {
    assertEquals(List.of(Proxy.NO_PROXY), select(Map.of(), "https://registry.example/x"));
  }

  @Test
  void refusesANonsensicalProxy() {
    assertThrows(
        IllegalArgumentException.class,
        () -> select(Map.of("https_proxy", "http://"), "https://registry.example/x"));
  }
}
