package idunno.node.zoo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry on loopback that answers as a test says. */
final class Registry implements AutoCloseable {

  /** Answers the nth request, counted from 1. */
  @FunctionalInterface
  interface Answer {
    void to(HttpExchange exchange, int request) throws IOException;
  }

  final AtomicInteger requests = new AtomicInteger();

  /** What was asked for, as it stood in the request. */
  final List<String> paths = new CopyOnWriteArrayList<>();

  private final List<Headers> asked = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  Registry(Answer answer) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestHeaders());
          paths.add(exchange.getRequestURI().toString());
          try (exchange) {
            answer.to(exchange, requests.incrementAndGet());
          }
        });
    server.start();
  }

  static Registry of(byte[] body) throws IOException {
    return new Registry((exchange, request) -> send(exchange, 200, body));
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /**
   * A registry with one file that can be asked for in parts; it cuts off the first requests, each
   * when what it sent has arrived.
   */
  static Registry cutting(byte[] body, String tag, int cuts, int afterBytes, Arrivals arrivals)
      throws IOException {
    return new Registry(
        (exchange, request) -> {
          if (request > cuts) {
            part(exchange, body, tag, body.length);
          } else {
            arrivals.await(part(exchange, body, tag, afterBytes));
          }
        });
  }

  /**
   * Answers as RFC 9110 has it: a range if it is asked for and the version is still the same. Tells
   * up to where in the file it went.
   */
  static int part(HttpExchange exchange, byte[] body, String tag, int mostBytes)
      throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    String version = exchange.getRequestHeaders().getFirst("If-Range");
    boolean whole = range == null || (version != null && !version.equals(tag));
    int start = whole ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    exchange.getResponseHeaders().set("ETag", tag);
    if (!whole) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(start, body.length - 1, body.length));
    }
    byte[] rest = Arrays.copyOfRange(body, start, body.length);
    cut(exchange, whole ? 200 : 206, rest, mostBytes);
    return start + Math.min(rest.length, mostBytes);
  }

  /** Announces a body and sends no more than some of it. */
  static void cut(HttpExchange exchange, int status, byte[] body, int mostBytes)
      throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body, 0, Math.min(body.length, mostBytes));
    exchange.getResponseBody().flush();
  }

  static Source source(byte[] body) {
    return new Source.NpmPackage(
        "tiny",
        "tiny/-/tiny-1.0.0.tgz",
        body.length,
        new Checksum(Checksum.Algorithm.SHA512, sha512(body)),
        "MIT");
  }

  /** A plain file of this server. */
  Source file(String name, byte[] body) {
    return new Source.PlainFile(
        name, base().resolve("weights/" + name), body.length, sha256(body), "MIT");
  }

  static Checksum sha256(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return new Checksum(Checksum.Algorithm.SHA256, HexFormat.of().formatHex(hash));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** What the requests had in that header, empty where they had none; in their order. */
  List<String> headers(String name) {
    return asked.stream()
        .map(headers -> headers.getFirst(name))
        .map(value -> value == null ? "" : value)
        .toList();
  }

  static String sha512(byte[] body) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-512").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
