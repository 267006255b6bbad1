package idunno.node.client;

import idunno.core.files.FileName;
import idunno.node.api.Views;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Files up and down: streamed, and checked from end to end by length and CRC32C. */
final class Transfers {
  private static final int BUFFER_BYTES = 1 << 17;

  /** How long a node may be silent after an upload: it makes the bytes durable on other nodes. */
  private static final long DURABLE_MS = 60_000;

  private final Calls calls;

  Transfers(Calls calls) {
    this.calls = calls;
  }

  Views.PutView put(Path local, FileName name, Optional<Integer> onlyOver, ByteProgress progress)
      throws IOException {
    FileBody body = new FileBody(local, progress);
    Map<String, String> headers =
        onlyOver.map(number -> Map.of("Idunno-If-Version", number.toString())).orElse(Map.of());
    Ask ask =
        Ask.change("PUT", Ask.path("/v1/files/", name.value()), body, DURABLE_MS).saying(headers);
    Views.PutView put = calls.ask(ask, (response, in) -> Whole.decode(in, Views.PutView.class));
    String sent = HexFormat.of().toHexDigits(body.crc32c());
    if (put.length() != body.lengthBytes() || !put.crc32c().equalsIgnoreCase(sent)) {
      throw new Corrupt(
          "put %s: the cluster stored other bytes than were sent as version %d (sent %d bytes,"
                  .formatted(name, put.version(), body.lengthBytes())
              + " CRC32C %s; stored %d bytes, CRC32C %s); put it again"
                  .formatted(sent, put.length(), put.crc32c()));
    }
    return put;
  }

  Views.FolderPutView putFolder(Path folder, FileName into, ByteProgress progress)
      throws IOException {
    FolderBody body = new FolderBody(folder, into, progress);
    String path = "/v1/folder" + Ask.query("into", into.value());
    Views.FolderPutView put =
        calls.ask(
            Ask.change("POST", path, body, DURABLE_MS),
            (response, in) -> Whole.decode(in, Views.FolderPutView.class));
    if (put.files() != body.files() || put.bytes() != body.contentBytes()) {
      throw new Corrupt(
          "put -r %s: sent %d files of %d bytes, the cluster stored %d of %d; put it again"
              .formatted(into, body.files(), body.contentBytes(), put.files(), put.bytes()));
    }
    return put;
  }

  Fetched get(FileName name, OptionalInt version, Path local, ByteProgress progress)
      throws IOException {
    String wanted = version.isPresent() ? Integer.toString(version.getAsInt()) : "";
    String path = Ask.path("/v1/files/", name.value()) + Ask.query("version", wanted);
    return fetch(path, local, (response, in, into) -> whole(name, response, in, into, progress));
  }

  /** Writes the bytes of a version from one offset up to another; the node has checked them. */
  int copy(FileName name, OptionalInt version, long from, long to, OutputStream out)
      throws IOException {
    String wanted = version.isPresent() ? Integer.toString(version.getAsInt()) : "";
    String path = Ask.path("/v1/files/", name.value()) + Ask.query("version", wanted);
    Ask ask =
        Ask.read(path, calls.patience().attemptMs())
            .saying(Map.of("Range", "bytes=%d-%d".formatted(from, to - 1)));
    return calls.ask(
        ask,
        (response, in) -> {
          long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
          long copied = in.transferTo(out);
          if (length >= 0 && copied != length) {
            throw new IOException(
                "%s: the answer broke off after %d of %d bytes; ask again"
                    .formatted(name, copied, length));
          }
          return (int) response.headers().firstValueAsLong("Idunno-Version").orElse(0);
        });
  }

  Fetched versions(FileName name, int last, Path local, ByteProgress progress) throws IOException {
    String path =
        Ask.path("/v1/versions/", name.value()) + Ask.query("last", Integer.toString(last));
    return fetch(
        path,
        local,
        (response, in, into) -> {
          List<Integer> versions = new VersionsCheck(name, into, progress).copy(in);
          return fetched(name, versions, into);
        });
  }

  /** Copies an answer into a file and checks it. */
  private interface Copy {
    Fetched copy(HttpResponse<InputStream> response, InputStream in, Download into)
        throws IOException;
  }

  /** Corrupt bytes are asked for once more, of the next node, before they are an error. */
  private Fetched fetch(String path, Path local, Copy copy) throws IOException {
    if (Files.isDirectory(local)) {
      throw new LocalFailure(local + " is a folder; name a file", null);
    }
    Calls.Answer<Fetched> answer =
        (response, in) -> {
          try (Download into = new Download(local)) {
            return copy.copy(response, in, into);
          }
        };
    Ask ask = Ask.read(path, calls.patience().attemptMs());
    try {
      return calls.ask(ask, answer);
    } catch (Corrupt first) {
      calls.endpoints().moveOnFrom(calls.endpoints().current());
      return calls.ask(ask, answer);
    }
  }

  private static Fetched whole(
      FileName name,
      HttpResponse<InputStream> response,
      InputStream in,
      Download into,
      ByteProgress progress)
      throws IOException {
    long total = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    byte[] buffer = new byte[BUFFER_BYTES];
    int count;
    while ((count = in.read(buffer)) >= 0) {
      into.write(buffer, count);
      progress.moved(into.lengthBytes(), total);
    }
    Optional<String> crc = response.headers().firstValue("Idunno-Crc32c");
    String expected = crc.orElse("(none)").toLowerCase(Locale.ROOT);
    if (!expected.equals(into.crc32c()) || (total >= 0 && total != into.lengthBytes())) {
      throw new Corrupt(
          "get %s from %s: checksum mismatch (expected %s over %d bytes, found %s over %d); "
                  .formatted(
                      name,
                      response.uri().getAuthority(),
                      expected,
                      total,
                      into.crc32c(),
                      into.lengthBytes())
              + "nothing was written");
    }
    List<Integer> versions =
        response.headers().firstValueAsLong("Idunno-Version").stream()
            .mapToObj(Math::toIntExact)
            .toList();
    return fetched(name, versions, into);
  }

  private static Fetched fetched(FileName name, List<Integer> versions, Download into)
      throws IOException {
    into.keep();
    return new Fetched(name, versions, into.place().toString(), into.lengthBytes(), into.crc32c());
  }
}
