package idunno.node.gateway;

import idunno.node.api.FsckView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** The routes of the store's health. */
final class HealthRoutes {
  private final HealthPort health;

  HealthRoutes(HealthPort health) {
    this.health = health;
  }

  /** {@code GET /v1/fsck?all=true}. */
  void fsck(Exchange exchange) throws IOException, InterruptedException {
    exchange.expect("GET");
    health.fsck(exchange.parameter("all").filter("true"::equals).isPresent(), lines(exchange));
  }

  /** {@code GET /v1/scrub}, {@code POST /v1/scrub}. */
  void scrub(Exchange exchange) throws IOException, InterruptedException {
    switch (exchange.method()) {
      case "GET" -> health.disks(lines(exchange));
      case "POST" -> health.startScrub(lines(exchange));
      default -> throw new IllegalArgumentException("scrub: expected GET or POST");
    }
  }

  /** Begins the answer with the first line, so that an error before it can still be told. */
  private static Consumer<FsckView> lines(Exchange exchange) {
    OutputStream out = new LateLines(exchange);
    return line -> {
      try {
        Exchange.line(out, line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
