package idunno.node.zoo;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * A file that has come in part. Its name is made of what it will be, so that the next attempt goes
 * on from here, in this process or a later one. Beside it stands which version of the file it began
 * with: the address and the strong entity tag (<a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3">RFC 9110, 8.8.3</a>).
 *
 * <p>For one holder of the {@link FetchLock} at a time.
 */
final class Partial {

  /** How its name ends; {@link Scratch} sweeps abandoned ones. */
  static final String END = ".partial";

  private static final int MOST_TAG_CHARS = 1_000;
  private static final long MOST_ORIGIN_BYTES = 16_384;

  private final Path file;
  private final Path origin;

  Partial(Path folder, String key) {
    this.file = folder.resolve("." + key + END);
    this.origin = folder.resolve("." + key + ".origin" + END);
  }

  Path file() {
    return file;
  }

  /** How many bytes have come. */
  long bytes() throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** The tag that this address gave the version that is here in part. */
  Optional<String> tag(URI from) throws IOException {
    if (!Files.exists(origin) || Files.size(origin) > MOST_ORIGIN_BYTES) {
      return Optional.empty();
    }
    List<String> lines =
        new String(Files.readAllBytes(origin), StandardCharsets.UTF_8).lines().toList();
    return lines.size() == 2 && lines.getFirst().equals(from.toString()) && isStrong(lines.get(1))
        ? Optional.of(lines.get(1))
        : Optional.empty();
  }

  /** Forgets what is here and begins with another version. */
  void begin(URI from, Optional<String> tag) throws IOException {
    delete();
    if (tag.isPresent() && isStrong(tag.get())) {
      Files.writeString(origin, from + "\n" + tag.get() + "\n");
    }
  }

  /** A weak tag names versions that are as good as each other, not the same bytes. */
  private static boolean isStrong(String tag) {
    return tag.length() <= MOST_TAG_CHARS && tag.matches("\"[!#-~]*\"");
  }

  /** Bytes written go behind those that are here. */
  OutputStream append() throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * Forgets what is here. The bytes go first: a tag must never stand beside others than its own.
   */
  void delete() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(origin);
  }

  /** The file is whole: it goes to its place. */
  void moveTo(Path to) throws IOException {
    Scratch.force(file);
    Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(origin);
  }
}
