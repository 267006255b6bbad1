package idunno.node.gateway;

import idunno.node.api.DataViews;
import java.io.IOException;

/** The routes for clients that move bytes themselves. */
final class DataRoutes {
  /** Some 100,000 extents: what a file of 400 GB is made of. */
  private static final int MAX_COMMIT_BYTES = 32 << 20;

  private final DataPort data;
  private final ListRoutes lists;

  DataRoutes(DataPort data, ListRoutes lists) {
    this.data = data;
    this.lists = lists;
  }

  /** {@code /v1/nodes}. */
  void nodes(Exchange exchange) throws IOException {
    exchange.answer(200, data.nodes());
  }

  /** {@code /v1/contents}. */
  void contents(Exchange exchange) throws IOException, InterruptedException {
    DataViews.ContentsAsk ask = exchange.json(DataViews.ContentsAsk.class);
    if (ask.files().size() > DataViews.MAX_NAMES) {
      throw new IllegalArgumentException(
          "contents: expected at most "
              + DataViews.MAX_NAMES
              + " files, found "
              + ask.files().size());
    }
    lists.ready(exchange);
    exchange.answer(200, data.contents(ask));
  }

  /** {@code /v1/commits}. */
  void commit(Exchange exchange) throws IOException, InterruptedException {
    exchange.answer(
        200,
        data.commit(
            exchange.requestId(), exchange.json(DataViews.CommitAsk.class, MAX_COMMIT_BYTES)));
  }
}
