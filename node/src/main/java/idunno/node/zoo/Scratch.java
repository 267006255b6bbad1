package idunno.node.zoo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Places for unfinished work, beside where the finished work goes, so that one rename finishes it.
 * Each has a name of its own: several processes can make the same thing at once.
 */
final class Scratch {

  private static final String END = ".part";

  /** Older than any download or conversion can be: its process is gone. */
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  /** A download in part is worth keeping for longer: the user may come back for the rest. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(14);

  private Scratch() {}

  /**
   * An unused path in the same folder as the finished thing. Makes that folder, and sweeps from it
   * what killed processes left a day ago or earlier.
   */
  static Path beside(Path finished) throws IOException {
    Path folder = finished.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException("no folder around " + finished);
    }
    prepare(folder);
    return folder.resolve("." + finished.getFileName() + "." + UUID.randomUUID() + END);
  }

  /** Makes a folder, and sweeps what was left there in part and is too old to be of use. */
  static void prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    sweep(folder, END, ABANDONED_AFTER);
    sweep(folder, Partial.END, FORGOTTEN_AFTER);
  }

  private static void sweep(Path folder, String end, Duration age) throws IOException {
    Instant abandoned = Instant.now().minus(age);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".*" + end)) {
      for (Path path : left) {
        if (Files.getLastModifiedTime(path).toInstant().isBefore(abandoned)) {
          delete(path);
        }
      }
    }
  }

  /** Deletes a file or a whole folder, links not followed; one already gone is fine. */
  static void delete(Path path) throws IOException {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                throws IOException {
              Files.deleteIfExists(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // Another process swept it at the same time.
    }
  }

  /** Waits until a file's bytes are on the disk: a rename must not outlive them. */
  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
