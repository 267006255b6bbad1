package idunno.node.workbench;

import idunno.node.shell.Call;
import idunno.node.shell.ProgressLine;
import idunno.node.shell.Usage;
import idunno.node.zoo.Checksum;
import idunno.node.zoo.Fetched;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file or folder that a user named, fetched if it is an address.
 *
 * @param path where it is here
 * @param name what it is called
 * @param origin where it is from, in words for a model's card
 * @param fetched the download, to be given up after use
 */
record BroughtFile(Path path, String name, String origin, Optional<Fetched> fetched)
    implements AutoCloseable {
  static BroughtFile of(Call call, String source) throws IOException {
    if (!source.matches("(?i)https?://.*")) {
      Path path =
          source.startsWith("~/")
              ? Path.of(System.getProperty("user.home"), source.substring(2))
              : Path.of(source);
      if (!Files.exists(path)) {
        throw new IOException("model add: there is no file or folder " + path);
      }
      String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
      return new BroughtFile(path, name, "the file " + name, Optional.empty());
    }
    URI address = address(source);
    Optional<Checksum> pinned = call.words().option("--sha256").map(BroughtFile::sha256);
    Fetched fetched;
    try (ProgressLine line = call.bytes("fetching " + address)) {
      Progress progress = (what, done, total) -> line.moved(done, total);
      fetched = Zoo.fetch(address, pinned, Zoo.USUAL_MOST_BYTES, Zoo.defaultCache(), progress);
    }
    String checksum = fetched.sha256().toString();
    if (pinned.isEmpty()) {
      call.remark(
          call.style()
              .doubtful(
                  "nothing pins this file: %s; the next time, say --sha256 to get no other"
                      .formatted(checksum)));
    }
    String path = String.valueOf(address.getPath());
    String name = path.substring(path.lastIndexOf('/') + 1);
    return new BroughtFile(
        fetched.file(), name, address + " (" + checksum + ")", Optional.of(fetched));
  }

  private static URI address(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new Usage("SOURCE: " + e.getMessage());
    }
  }

  private static Checksum sha256(String hex) {
    try {
      return Checksum.parse(hex);
    } catch (IllegalArgumentException e) {
      throw new Usage("--sha256: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    if (fetched.isPresent()) {
      fetched.get().close();
    }
  }
}
