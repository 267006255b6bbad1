package idunno.node.consensus;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The id of a replica's disk: written once into its directory, gone with it. A node whose disk was
 * wiped thus comes back under another id, and cannot vote a second time in the name of a replica
 * whose promises it forgot.
 */
public final class DiskIdentity {
  private static final String FILE = "peer-id";
  private static final Pattern VALID =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}-[0-9a-f]{8}");

  private DiskIdentity() {}

  /** Whether {@code directory} has a peer id. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /**
   * The peer id of {@code directory}, made on first use as {@code name} plus eight hexadecimal
   * digits drawn at random. A later change of the node's name does not change it.
   *
   * @throws IOException if the file cannot be read or written, or holds something else
   */
  public static String of(Path directory, String name) throws IOException {
    Path file = directory.resolve(FILE);
    if (Files.exists(file)) {
      String id = Files.readString(file).strip();
      if (!VALID.matcher(id).matches()) {
        throw new IOException(
            file
                + ": expected a name and 8 hexadecimal digits, found '"
                + id
                + "'; restore the file, or start"
                + " with an empty directory as a new replica");
      }
      return id;
    }
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    String id = name + "-" + HexFormat.of().formatHex(random);
    if (!VALID.matcher(id).matches()) {
      throw new IOException(
          "node name '"
              + name
              + "': expected letters, digits, '.', '_' and '-', first a letter or a digit");
    }
    Files.createDirectories(directory);
    Path temporary = directory.resolve(FILE + ".tmp");
    Files.writeString(temporary, id + "\n", StandardCharsets.UTF_8);
    sync(temporary);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(directory);
    return id;
  }

  /** Flushes a file, or the names in a folder, to the disk. */
  static void sync(Path path) throws IOException {
    StandardOpenOption how =
        Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }
}
