package idunno.node.gateway;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.node.api.Views.ErrorView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The routes of the file store. */
final class FileRoutes {
  private static final String BYTES = "application/octet-stream";

  private final FilesPort files;
  private final VersionRoutes versions;
  private final ListRoutes lists;

  FileRoutes(FilesPort files, VersionRoutes versions, ListRoutes lists) {
    this.files = files;
    this.versions = versions;
    this.lists = lists;
  }

  private static FileName nameOf(List<String> segments) {
    return new FileName(String.join("/", segments));
  }

  /** {@code /v1/files/NAME}. */
  void file(Exchange exchange, List<String> name) throws IOException, InterruptedException {
    switch (exchange.method()) {
      case "PUT" ->
          exchange.answer(
              200,
              files.put(exchange.requestId(), nameOf(name), exchange.onlyOver(), exchange.body()));
      case "DELETE" -> versions.delete(exchange, name);
      case "GET" -> get(exchange, nameOf(name));
      default -> throw new IllegalArgumentException("files: expected PUT, GET or DELETE");
    }
  }

  private void get(Exchange exchange, FileName name) throws IOException, InterruptedException {
    FileVersion version = find(exchange, name, exchange.number("version"));
    exchange.header("Idunno-Version", version.number());
    exchange.header("Idunno-Crc32c", String.format("%08x", version.crc32c()));
    exchange.header("Accept-Ranges", "bytes");
    Optional<ByteRange> range;
    try {
      range = ByteRange.of(exchange.asked("Range"), version.length());
    } catch (ByteRange.Unsatisfiable e) {
      exchange.header("Content-Range", "bytes */" + version.length());
      exchange.answer(416, new ErrorView(name + ": " + e.getMessage(), true));
      return;
    }
    ByteRange wanted = range.orElse(new ByteRange(0, version.length()));
    if (range.isPresent()) {
      exchange.header("Content-Range", wanted.ofTotal(version.length()));
    }
    // HTTP's server takes 0 for "unknown" and -1 for "none".
    long length = wanted.length() == 0 ? -1 : wanted.length();
    OutputStream out = exchange.bytes(range.isPresent() ? 206 : 200, BYTES, length);
    if (wanted.length() > 0) {
      files.copy(version, wanted.from(), wanted.to(), out);
    }
  }

  private List<FileVersion> all(Exchange exchange, FileName name)
      throws IOException, InterruptedException {
    lists.ready(exchange);
    List<FileVersion> versions = files.versions(name);
    if (versions.isEmpty()) {
      throw new NotFound("no file " + name + "; 'ls' lists those there are");
    }
    return versions;
  }

  private FileVersion find(Exchange exchange, FileName name, Optional<Integer> number)
      throws IOException, InterruptedException {
    List<FileVersion> versions = all(exchange, name);
    if (number.isEmpty()) {
      return versions.getLast();
    }
    return versions.stream()
        .filter(version -> version.number() == number.get())
        .findFirst()
        .orElseThrow(
            () ->
                new NotFound(
                    name
                        + ": no version "
                        + number.get()
                        + ", the latest is "
                        + versions.getLast().number()));
  }

  /** {@code /v1/folder?into=FOLDER}. */
  void folder(Exchange exchange) throws IOException, InterruptedException {
    if (exchange.onlyOver().isPresent()) {
      throw new IllegalArgumentException("Idunno-If-Version: is for one file, not for a folder");
    }
    FileName folder =
        new FileName(
            exchange
                .parameter("into")
                .orElseThrow(() -> new IllegalArgumentException("folder: expected ?into=FOLDER")));
    Iterator<FilesPort.Part> parts = new FolderBody(exchange.body());
    exchange.answer(200, files.putFolder(exchange.requestId(), folder, parts));
  }

  /** {@code /v1/versions/NAME?last=N}. */
  void versions(Exchange exchange, List<String> segments) throws IOException, InterruptedException {
    FileName name = nameOf(segments);
    List<FileVersion> all = all(exchange, name);
    int last = exchange.number("last").orElse(all.size());
    if (last < 1) {
      throw new IllegalArgumentException("last: expected 1 or more versions, found " + last);
    }
    OutputStream out = exchange.bytes(BYTES, 0);
    for (FileVersion version : all.reversed().subList(0, Math.min(last, all.size()))) {
      out.write(
          String.format(
                  "=== %s version %d of %d, %d bytes, CRC32C %08x, %s ===\n",
                  name,
                  version.number(),
                  all.getLast().number(),
                  version.length(),
                  version.crc32c(),
                  Instant.ofEpochMilli(version.atMs()))
              .getBytes(StandardCharsets.UTF_8));
      files.copy(version, 0, version.length(), out);
      out.write('\n');
    }
  }
}
