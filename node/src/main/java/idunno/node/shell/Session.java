package idunno.node.shell;

import idunno.core.base.Address;
import idunno.node.client.Client;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where commands run: their streams, and the clients that they share while a shell lasts.
 *
 * <p>Confined to one thread, but for the clients themselves.
 */
public final class Session implements AutoCloseable {
  private static final String DEFAULT_API = "127.0.0.1:7400";

  private static final Duration CLOSE_WITHIN = Duration.ofMillis(200);

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Style style;
  private final Map<String, String> environment;
  private final Supplier<HttpClient> makeHttp;
  private final Map<List<Address>, Client> clients = new HashMap<>();
  private @Nullable HttpClient http;
  private @Nullable String api;

  /**
   * A session.
   *
   * @param in what a shell reads
   * @param out takes data
   * @param err takes progress and errors
   * @param style how both are dressed
   * @param environment {@code IDUNNO_API}, {@code IDUNNO_CACHE} and the options of a node are read
   *     of it
   * @param makeHttp called once, when the first command calls a cluster
   */
  public Session(
      InputStream in,
      PrintStream out,
      PrintStream err,
      Style style,
      Map<String, String> environment,
      Supplier<HttpClient> makeHttp) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.style = style;
    this.environment = environment;
    this.makeHttp = makeHttp;
  }

  /** The environment's variables. */
  public Map<String, String> environment() {
    return environment;
  }

  /** What a shell reads. */
  public InputStream in() {
    return in;
  }

  /** Takes data. */
  public PrintStream out() {
    return out;
  }

  /** Takes progress and errors. */
  public PrintStream err() {
    return err;
  }

  /** How text is dressed. */
  public Style style() {
    return style;
  }

  /** A variable of the environment; empty where it isn't set. */
  public String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /** From now on, commands that name no node call these. */
  void callFromNowOn(String apis) {
    Words.addresses(Grammar.API, apis);
    this.api = apis;
  }

  /** The addresses that a command calls if it names none. */
  String api() {
    if (api != null) {
      return api;
    }
    return variable("IDUNNO_API").isEmpty() ? DEFAULT_API : variable("IDUNNO_API");
  }

  /** The client of these addresses. */
  Client client(String apis) {
    HttpClient connections = http;
    if (connections == null) {
      connections = makeHttp.get();
      http = connections;
    }
    HttpClient shared = connections;
    return clients.computeIfAbsent(
        Words.addresses(Grammar.API, apis), addresses -> Client.connect(addresses, shared));
  }

  /**
   * Ends the connections. A connection that is left open would hold up the end of the program: the
   * JVM gives threads that are in a system call 0.3 s to come out of it.
   */
  @Override
  public void close() {
    clients.values().forEach(Client::close);
    HttpClient connections = http;
    if (connections != null) {
      connections.shutdownNow();
      try {
        connections.awaitTermination(CLOSE_WITHIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
