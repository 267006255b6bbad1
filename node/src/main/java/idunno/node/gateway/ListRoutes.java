package idunno.node.gateway;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.node.api.ListViews.Shape;
import idunno.node.codec.Codec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The routes of the file store's listings: JSON lines, written as they are found. */
final class ListRoutes {
  /** How old the state that a stale answer was made of may be, in milliseconds. */
  static final String STALE_MS = "Idunno-Stale-Ms";

  private static final int BUFFER_BYTES = 1 << 16;

  private final ListPort lists;

  ListRoutes(ListPort lists) {
    this.lists = lists;
  }

  /** A listing that writes its lines. */
  private interface Listing {
    void to(Lines lines) throws IOException, InterruptedException;
  }

  /** Lines on their way out; an error before the first of them has left can still be told. */
  private record Lines(OutputStream out) {
    void write(Object line) throws IOException {
      out.write(Codec.json().encode(line));
      out.write('\n');
    }
  }

  private void answer(Exchange exchange, Listing listing) throws IOException, InterruptedException {
    ready(exchange);
    OutputStream out = new BufferedOutputStream(new LateLines(exchange), BUFFER_BYTES);
    listing.to(new Lines(out));
    out.flush();
  }

  /** Waits until the state is current; for {@code ?stale=true} it says how old it may be. */
  void ready(Exchange exchange) throws IOException, InterruptedException {
    if (!exchange.flag("stale")) {
      lists.confirm();
      return;
    }
    OptionalLong staleMs = lists.staleMs();
    if (staleMs.isPresent()) {
      exchange.header(STALE_MS, staleMs.getAsLong());
    }
  }

  /** {@code /v1/list?path=WORD|name=FILE|folder=FOLDER&shape=SHAPE}. */
  void list(Exchange exchange) throws IOException, InterruptedException {
    ListPort.Which which = which(exchange);
    Shape shape = exchange.parameter("shape").map(ListRoutes::shape).orElse(Shape.VERSIONS);
    answer(exchange, lines -> lists.list(which, shape, lines::write));
  }

  private static ListPort.Which which(Exchange exchange) {
    Optional<String> word = exchange.parameter("path");
    if (word.isPresent()) {
      return new ListPort.Which.Word(word.get());
    }
    Optional<String> name = exchange.parameter("name");
    return name.isPresent()
        ? new ListPort.Which.File(new FileName(name.get()))
        : new ListPort.Which.Folder(exchange.parameter("folder").map(FileName::new));
  }

  private static Shape shape(String text) {
    for (Shape shape : Shape.values()) {
      if (shape.name().toLowerCase(Locale.ROOT).equals(text)) {
        return shape;
      }
    }
    throw new IllegalArgumentException("shape: expected level, deep, versions or total");
  }

  /** {@code /v1/du?path=WORD}. */
  void use(Exchange exchange) throws IOException, InterruptedException {
    String word = exchange.parameter("path").orElse("");
    answer(exchange, lines -> lists.use(word, lines::write));
  }

  /** {@code /v1/stat?name=FILE}. */
  void stat(Exchange exchange) throws IOException, InterruptedException {
    FileName name =
        new FileName(
            exchange
                .parameter("name")
                .orElseThrow(() -> new IllegalArgumentException("stat: expected ?name=FILE")));
    answer(exchange, lines -> lists.stat(name, lines::write));
  }

  /** {@code /v1/store?node=NAME}. */
  void store(Exchange exchange) throws IOException, InterruptedException {
    Optional<NodeName> node = exchange.parameter("node").map(NodeName::new);
    answer(exchange, lines -> lists.held(node, lines::write));
  }
}
