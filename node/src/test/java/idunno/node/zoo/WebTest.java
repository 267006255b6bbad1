package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Addresses, redirects and proxies. */
@Timeout(60)
class WebTest {
  private static final byte[] BODY = {1, 2, 3};

  private static byte[] open(URI from, ProxySelector proxies) throws IOException {
    try (Web web = new Web(proxies, Duration.ofSeconds(20));
        Web.Answer answer = web.open(from, 0, Optional.empty())) {
      return answer.body().readAllBytes();
    }
  }

  private static byte[] open(URI from) throws IOException {
    return open(from, ProxySelector.of(null));
  }

  private static void redirect(HttpExchange exchange, int status, String to) throws IOException {
    exchange.getResponseHeaders().set("Location", to);
    Registry.send(exchange, status, new byte[0]);
  }

  @Test
  void followsRedirectsRelativeOnesToo() throws IOException {
    try (Registry registry =
        new Registry(
            (exchange, request) -> {
              switch (exchange.getRequestURI().getPath()) {
                case "/a/b" -> redirect(exchange, 302, "c");
                case "/a/c" -> redirect(exchange, 308, "/d?token=1");
                default -> Registry.send(exchange, 200, BODY);
              }
            })) {
      assertArrayEquals(BODY, open(registry.base().resolve("a/b")));
      assertEquals(List.of("/a/b", "/a/c", "/d?token=1"), registry.paths);
    }
  }

  @Test
  void givesUpOnARoundOfRedirects() throws IOException {
    try (Registry registry = new Registry((exchange, request) -> redirect(exchange, 301, "/x"))) {
      says(
          assertThrows(FinalFailure.class, () -> open(registry.base())),
          "redirected more than 5 times");
      assertEquals(6, registry.requests.get());
    }
  }

  @Test
  void followsNoRedirectOffTheWebOrToNowhere() throws IOException {
    for (String to :
        List.of("file:///etc/passwd", "ftp://host/x", "http://u:p@host/x", "http://")) {
      try (Registry registry = new Registry((exchange, request) -> redirect(exchange, 302, to))) {
        says(
            assertThrows(FinalFailure.class, () -> open(registry.base())),
            "redirected to an address that can't be used");
      }
    }
    URI from = URI.create("https://host/x");
    says(
        assertThrows(FinalFailure.class, () -> WebAddress.redirected(from, Optional.empty())),
        "without saying where");
  }

  @Test
  void goesUpToHttpsButNotDownFromIt() throws IOException {
    URI secure = URI.create("https://host/a");
    URI open = URI.create("http://host/a");
    assertEquals(secure, WebAddress.redirected(open, Optional.of("https://host/a")));
    assertEquals(secure, WebAddress.redirected(secure, Optional.of("/a")));
    says(
        assertThrows(
            FinalFailure.class, () -> WebAddress.redirected(secure, Optional.of("HTTP://host/a"))),
        "redirected from https down to HTTP://host/a, which is refused");
  }

  @Test
  void refusesAddressesThatAreNoneOrHoldAPassword() {
    for (String wrong :
        List.of("", "host/x", "ftp://host/x", "http:///x", "http://a b/", "https:x")) {
      assertThrows(IllegalArgumentException.class, () -> WebAddress.parse(wrong), wrong);
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> WebAddress.parse("https://me:secret@host/x"));
    assertEquals(-1, String.valueOf(e.getMessage()).indexOf("secret"));
  }

  @Test
  void goesThroughTheProxy() throws IOException {
    URI far = URI.create("http://weights.example/net.pth");
    try (Registry proxy = Registry.of(BODY)) {
      Map<String, String> environment = Map.of("http_proxy", proxy.base().toString());
      assertArrayEquals(BODY, open(far, new Proxies(environment, null)));
      assertEquals(List.of(far.toString()), proxy.paths);
    }
  }
}
