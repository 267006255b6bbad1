package idunno.node.gateway;

import idunno.core.base.Checks;
import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Detail;
import idunno.core.coordinator.Scope;
import idunno.core.grep.GrepQuery;
import idunno.node.api.Views.BalanceAsk;
import idunno.node.api.Views.DoneView;
import idunno.node.api.Views.JoinAsk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The routes of the group. */
final class GroupRoutes {
  private final GroupPort group;

  GroupRoutes(GroupPort group) {
    this.group = group;
  }

  void self(Exchange exchange) throws IOException {
    exchange.answer(200, group.self());
  }

  void members(Exchange exchange) throws IOException, InterruptedException {
    exchange.answer(200, group.members());
  }

  void master(Exchange exchange) throws IOException, InterruptedException {
    exchange.answer(200, group.master());
  }

  /** {@code /v1/report?detail=histograms&job=ID}, both optional. */
  void report(Exchange exchange) throws IOException, InterruptedException {
    Detail detail = exchange.parameter("detail").map(GroupRoutes::detail).orElse(Detail.FIGURES);
    Scope scope =
        exchange
            .parameter("job")
            .map(JobRoutes::job)
            .<Scope>map(job -> new Scope.OneJob(job, detail))
            .orElseGet(() -> new Scope.AllJobs(detail));
    exchange.answer(200, group.report(scope));
  }

  private static Detail detail(String asked) {
    for (Detail detail : Detail.values()) {
      if (detail.name().toLowerCase(Locale.ROOT).equals(asked)) {
        return detail;
      }
    }
    throw new IllegalArgumentException(
        "detail: expected figures, histograms or batches, found " + Checks.quote(asked));
  }

  /** {@code POST} begins to even out the disks, {@code GET} says how it stands. */
  void balance(Exchange exchange) throws IOException, InterruptedException {
    if (!exchange.method().equals("GET")) {
      exchange.expect("POST");
      double withinPoints = exchange.json(BalanceAsk.class).withinPoints();
      Balance.check(withinPoints);
      group.balance(withinPoints);
    }
    exchange.answer(200, group.report(new Scope.NoJobs()).balance());
  }

  /** {@code /v1/grep?pattern=P&limit=N}. */
  void grep(Exchange exchange) throws IOException, InterruptedException {
    GrepQuery query =
        new GrepQuery(
            exchange
                .parameter("pattern")
                .orElseThrow(() -> new IllegalArgumentException("grep: expected ?pattern=REGEX")),
            exchange.number("limit").orElse(GrepQuery.DEFAULT_MAX_LINES));
    Sink sink = new Sink(exchange);
    group.grep(query, sink::write);
  }

  private static final class Sink {
    private final Exchange exchange;
    private @Nullable OutputStream out;

    Sink(Exchange exchange) {
      this.exchange = exchange;
    }

    void write(Object line) {
      try {
        if (out == null) {
          out = exchange.lines();
        }
        Exchange.line(out, line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  void leave(Exchange exchange) throws IOException, InterruptedException {
    group.leave();
    exchange.answer(200, new DoneView("left the group; 'join' brings the node back"));
  }

  void join(Exchange exchange) throws IOException, InterruptedException {
    group.join(exchange.json(JoinAsk.class).seeds());
    exchange.answer(200, group.self());
  }
}
