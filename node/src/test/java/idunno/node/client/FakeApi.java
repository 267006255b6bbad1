package idunno.node.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import idunno.core.base.Address;
import idunno.node.api.DataViews;
import idunno.node.api.Views;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A node's API on loopback that answers as a test says, and remembers what it was asked. */
public final class FakeApi implements AutoCloseable {
  /** Answers one request; an exception closes the connection without an answer. */
  public interface Answer {
    void answer(HttpExchange exchange) throws IOException;
  }

  /** What was asked: method, path and query as they came, the id that it carried, and the body. */
  public record Asked(String method, String target, String client, String sequence, String body) {}

  private final HttpServer server;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** Nobody holds chunks here, if not told otherwise: bytes go by the API. */
  private volatile Answer nodes = exchange -> error(exchange, 404, "no such route");

  private volatile Answer answer = exchange -> error(exchange, 404, "nothing here");

  /** Listens on a free port. */
  public FakeApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  /** From now on answers so. */
  public FakeApi answering(Answer other) {
    this.answer = other;
    return this;
  }

  /** From now on says so who holds chunks. */
  FakeApi knowing(DataViews.NodesView view) {
    this.nodes = exchange -> json(exchange, view);
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    if (exchange.getRequestURI().getPath().equals("/v1/nodes")) {
      try (exchange) {
        nodes.answer(exchange);
      }
      return;
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    asked.add(
        new Asked(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            String.valueOf(exchange.getRequestHeaders().getFirst("Idunno-Client")),
            String.valueOf(exchange.getRequestHeaders().getFirst("Idunno-Sequence")),
            new String(body, StandardCharsets.ISO_8859_1)));
    try (exchange) {
      answer.answer(exchange);
    }
  }

  /** Where it listens. */
  public Address address() {
    return new Address("127.0.0.1", server.getAddress().getPort());
  }

  /** All that it was asked, in order. */
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** What it was asked by that method, in order. */
  public List<Asked> asked(String method) {
    return asked.stream().filter(one -> one.method().equals(method)).toList();
  }

  /** Answers a value in JSON. */
  public static void json(HttpExchange exchange, Object value) throws IOException {
    bytes(exchange, 200, Codec.json().encode(value));
  }

  /** Answers an error. */
  public static void error(HttpExchange exchange, int status, String error) throws IOException {
    bytes(exchange, status, Codec.json().encode(new Views.ErrorView(error, status == 400)));
  }

  /** Answers bytes. */
  public static void bytes(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
