package idunno.node.gateway;

import idunno.core.base.Checks;
import idunno.core.files.DeletedFile;
import idunno.core.files.FileName;
import idunno.node.api.Views.DeletedFileView;
import idunno.node.codec.Codec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The routes of what changes files without bringing bytes. */
final class VersionRoutes {
  /** How long a deleted file can be had back, unless the request says otherwise. */
  private static final Duration KEPT = Duration.ofHours(24);

  /** Longer is refused: it would be a way to forget about the space. */
  private static final Duration KEPT_AT_MOST = Duration.ofDays(3_650);

  private static final int BUFFER_BYTES = 1 << 16;

  private final VersionsPort versions;

  VersionRoutes(VersionsPort versions) {
    this.versions = versions;
  }

  private static FileName nameOf(List<String> segments) {
    return new FileName(String.join("/", segments));
  }

  private static FileName name(Exchange exchange, String parameter) {
    return new FileName(
        exchange
            .parameter(parameter)
            .orElseThrow(() -> new IllegalArgumentException("expected ?" + parameter + "=NAME")));
  }

  /** {@code DELETE /v1/files/NAME?keepMs=N}. */
  void delete(Exchange exchange, List<String> name) throws IOException, InterruptedException {
    long keepMs = exchange.parameter("keepMs").map(VersionRoutes::keepMs).orElse(KEPT.toMillis());
    exchange.answer(200, versions.delete(exchange.requestId(), nameOf(name), keepMs));
  }

  private static long keepMs(String text) {
    try {
      long keepMs = Long.parseLong(text);
      if (keepMs >= 0 && keepMs <= KEPT_AT_MOST.toMillis()) {
        return keepMs;
      }
    } catch (NumberFormatException e) {
      // Said below, with the bounds.
    }
    throw new IllegalArgumentException(
        "keepMs: expected 0 to %d milliseconds, found %s"
            .formatted(KEPT_AT_MOST.toMillis(), Checks.quote(text)));
  }

  /** {@code POST /v1/undelete/NAME}. */
  void undelete(Exchange exchange, List<String> name) throws IOException, InterruptedException {
    exchange.expect("POST");
    exchange.answer(200, versions.undelete(exchange.requestId(), nameOf(name)));
  }

  /** {@code GET /v1/deleted?in=NAME}: a line each, since there may be many. */
  void deleted(Exchange exchange) throws IOException, InterruptedException {
    List<DeletedFile> files = versions.deleted(exchange.parameter("in").map(FileName::new));
    try (OutputStream out = new BufferedOutputStream(exchange.lines(), BUFFER_BYTES)) {
      for (DeletedFile file : files) {
        out.write(Codec.json().encode(view(file)));
        out.write('\n');
      }
    }
  }

  private static DeletedFileView view(DeletedFile file) {
    return new DeletedFileView(
        file.name(),
        file.versions().size(),
        file.versions().getLast().number(),
        file.lengthBytes(),
        file.deletedMs(),
        file.untilMs());
  }

  /** {@code GET /v1/limits}, {@code POST /v1/limits/FOLDER?keep=N}. */
  void limits(Exchange exchange, List<String> folder) throws IOException, InterruptedException {
    if (folder.isEmpty()) {
      exchange.expect("GET");
      exchange.answer(200, versions.limits());
      return;
    }
    exchange.expect("POST");
    int keep =
        exchange
            .number("keep")
            .orElseThrow(() -> new IllegalArgumentException("limits: expected ?keep=N"));
    exchange.answer(200, versions.keep(exchange.requestId(), nameOf(folder), keep));
  }

  /** {@code POST /v1/move?from=NAME&to=NAME}. */
  void move(Exchange exchange) throws IOException, InterruptedException {
    exchange.expect("POST");
    exchange.answer(
        200, versions.move(exchange.requestId(), name(exchange, "from"), name(exchange, "to")));
  }

  /** {@code POST /v1/copy?from=NAME&to=NAME&version=N}. */
  void copy(Exchange exchange) throws IOException, InterruptedException {
    exchange.expect("POST");
    Optional<Integer> version = exchange.number("version");
    exchange.answer(
        200,
        versions.copy(exchange.requestId(), name(exchange, "from"), version, name(exchange, "to")));
  }
}
