package idunno.node.main;

import idunno.core.base.NodeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A node's directory, before anything is begun in it. */
final class DataDirectory {
  /** A file of no use but its size; see {@link idunno.node.chunks.DiskCare}. */
  static final String BALLAST = "ballast";

  private static final int TRY_BYTES = 64 << 10;

  private DataDirectory() {}

  /**
   * Makes the directory, and sure that a node can live in it: half a start would leave a node that
   * votes and can't keep what it promises.
   *
   * @throws IOException in one line, if nothing can be written there
   */
  static void open(Path directory, NodeName node) throws IOException {
    try {
      Files.createDirectories(directory);
      tryToWrite(directory);
    } catch (IOException first) {
      try {
        // On a full disk this is the moment that the ballast was kept for.
        if (!Files.deleteIfExists(directory.resolve(BALLAST))) {
          throw first;
        }
        tryToWrite(directory);
      } catch (IOException e) {
        throw new IOException(
            "%s: its data directory %s can't be written (%s)%s; make it writable, or free some of"
                    .formatted(node, directory, reason(first), free(directory))
                + " the disk, and start again",
            e);
      }
    }
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  private static String free(Path directory) {
    try {
      return ", " + Files.getFileStore(directory).getUsableSpace() + " bytes are free on its disk";
    } catch (IOException e) {
      return "";
    }
  }

  private static void tryToWrite(Path directory) throws IOException {
    Path file = directory.resolve("try.tmp");
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(TRY_BYTES);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    } finally {
      deleteIfCan(file);
    }
  }

  private static void deleteIfCan(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What failed before says why.
    }
  }
}
