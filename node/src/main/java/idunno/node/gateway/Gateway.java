package idunno.node.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import idunno.core.base.Address;
import idunno.node.api.Views.ErrorView;
import idunno.node.codec.BadMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The network API: HTTP and JSON, one virtual thread a request.
 *
 * <p>Statuses: 400 the request itself is wrong, 404 no such thing, 409 refused, 412 another version
 * is there than the writer said, 503 no coordinator or no group now, 500 anything else; each with
 * an {@link ErrorView}. An error after the answer has begun breaks the connection off, so that no
 * client takes a part for the whole.
 */
public final class Gateway implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
  private static final int BACKLOG = 256;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final GroupRoutes group;
  private final FileRoutes files;
  private final VersionRoutes versions;
  private final ListRoutes lists;
  private final DataRoutes data;
  private final ModelRoutes models;
  private final JobRoutes jobs;
  private final HealthRoutes health;

  /** Those who do what is asked for. */
  public record Ports(
      GroupPort group,
      FilesPort files,
      VersionsPort versions,
      ListPort lists,
      DataPort data,
      ModelsPort models,
      JobsPort jobs,
      HealthPort health) {}

  private Gateway(HttpServer server, Ports ports) {
    this.server = server;
    this.group = new GroupRoutes(ports.group());
    this.versions = new VersionRoutes(ports.versions());
    this.lists = new ListRoutes(ports.lists());
    this.files = new FileRoutes(ports.files(), versions, lists);
    this.data = new DataRoutes(ports.data(), lists);
    this.models = new ModelRoutes(ports.models());
    this.jobs = new JobRoutes(ports.jobs());
    this.health = new HealthRoutes(ports.health());
  }

  /**
   * Begins to listen and answer.
   *
   * @throws IOException if it can't listen there
   */
  public static Gateway open(Address address, Ports ports) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(address.host(), address.port()), BACKLOG);
    Gateway gateway = new Gateway(server, ports);
    server.setExecutor(gateway.threads);
    server.createContext("/v1/", gateway::handle);
    server.createContext("/", gateway::lost);
    server.start();
    return gateway;
  }

  private void lost(HttpExchange http) throws IOException {
    try (http) {
      new Exchange(http).answer(404, new ErrorView("no such page; the API is under /v1/", true));
    }
  }

  private void handle(HttpExchange http) {
    Exchange exchange = new Exchange(http);
    try {
      route(exchange);
      http.getRequestBody().close();
      http.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(http, exchange, 503, "this node is closing", false);
    } catch (NoMajority e) {
      exchange.header("Idunno-No-Majority", true);
      fail(http, exchange, 503, message(e), false);
    } catch (Unavailable e) {
      fail(http, exchange, 503, message(e), false);
    } catch (NotFound e) {
      fail(http, exchange, 404, message(e), true);
    } catch (Refused e) {
      fail(http, exchange, 409, message(e), false);
    } catch (Conflict e) {
      fail(http, exchange, 412, message(e), false);
    } catch (IllegalArgumentException | BadMessage e) {
      fail(http, exchange, 400, message(e), true);
    } catch (UncheckedIOException e) {
      fail(http, exchange, 500, message(e.getCause() == null ? e : e.getCause()), false);
    } catch (IOException e) {
      fail(http, exchange, 500, message(e), false);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "gateway: " + http.getRequestURI().getPath(), e);
      fail(http, exchange, 500, "a fault in this node: " + e + "; its stderr says more", false);
    }
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static void fail(
      HttpExchange http, Exchange exchange, int status, String error, boolean usage) {
    try {
      if (!exchange.isAnswered()) {
        exchange.answer(status, new ErrorView(error, usage));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "gateway: the client is gone: {0}", e.getMessage());
    } finally {
      http.close();
    }
  }

  private void route(Exchange exchange) throws IOException, InterruptedException {
    List<String> path = exchange.segments();
    List<String> rest = path.subList(1, path.size());
    exchange.refuseOtherSites();
    switch (path.getFirst()) {
      case "self" -> group.self(exchange);
      case "members" -> group.members(exchange);
      case "master" -> group.master(exchange);
      case "report" -> group.report(exchange);
      case "grep" -> group.grep(exchange);
      case "balance" -> group.balance(exchange);
      case "leave" -> {
        exchange.expect("POST");
        group.leave(exchange);
      }
      case "join" -> {
        exchange.expect("POST");
        group.join(exchange);
      }
      case "files" -> files.file(exchange, rest);
      case "folder" -> {
        exchange.expect("POST");
        files.folder(exchange);
      }
      case "list" -> lists.list(exchange);
      case "du" -> lists.use(exchange);
      case "stat" -> lists.stat(exchange);
      case "versions" -> files.versions(exchange, rest);
      case "store" -> lists.store(exchange);
      case "undelete" -> versions.undelete(exchange, rest);
      case "deleted" -> versions.deleted(exchange);
      case "limits" -> versions.limits(exchange, rest);
      case "move" -> versions.move(exchange);
      case "copy" -> versions.copy(exchange);
      case "fsck" -> health.fsck(exchange);
      case "scrub" -> health.scrub(exchange);
      case "nodes" -> data.nodes(exchange);
      case "contents" -> {
        exchange.expect("POST");
        data.contents(exchange);
      }
      case "commits" -> {
        exchange.expect("POST");
        data.commit(exchange);
      }
      case "models" -> models.models(exchange, rest);
      case "train" -> {
        exchange.expect("POST");
        models.train(exchange);
      }
      case "jobs" -> jobs.jobs(exchange, rest);
      case "fairness" -> jobs.fairness(exchange);
      case "phase" -> jobs.phase(exchange);
      default -> throw new NotFound("no such route: /v1/" + path.getFirst());
    }
  }

  /** Stops listening; requests that run are broken off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
