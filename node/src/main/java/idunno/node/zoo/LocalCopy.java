package idunno.node.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** Brings a file that the user has fetched elsewhere into a folder, checked like a download. */
final class LocalCopy {
  private static final int BUFFER_BYTES = 1 << 16;

  private LocalCopy() {}

  /**
   * Makes sure that the file is there, whole and right: at once where it already is. The user's
   * file stays as it is.
   *
   * @param path the file, or the folder that holds it
   * @param names what it may be called in the folder, relative to it, the first found is taken
   * @throws IOException if it is not there or not what is wanted
   */
  static void bring(Path path, List<String> names, Wanted wanted, Path to, Progress progress)
      throws IOException {
    if (wanted.isMetBy(to)) {
      return;
    }
    Path file = Files.isDirectory(path) ? inFolder(path, names, wanted) : path;
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "read " + file + ": no such file; expected " + wanted.name() + ", " + wanted.facts());
    }
    wanted.checkLength("read " + file + ": it", Files.size(file));
    Path part = Scratch.beside(to);
    try {
      copy(file, wanted, part, progress);
      Optional<Checksum> found = wanted.found(part);
      if (!found.equals(wanted.checksum())) {
        throw new FinalFailure(
            "read %s: wrong checksum, nothing kept (expected %s, found %s); fetch %s again"
                .formatted(
                    file,
                    wanted.checksum().map(Checksum::toString).orElse("any"),
                    found.map(Checksum::toString).orElse("none"),
                    wanted.name()));
      }
      Scratch.force(part);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static Path inFolder(Path folder, List<String> names, Wanted wanted) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new IOException(
        "read " + folder + ": expected " + wanted.name() + " in it (" + wanted.facts() + ")");
  }

  private static void copy(Path file, Wanted wanted, Path part, Progress progress)
      throws IOException {
    long total = Files.size(file);
    long done = 0;
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = Files.newOutputStream(part)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      progress.bytes(wanted.name(), 0, total);
      // No further than its length: a file that grows meanwhile fails at its checksum.
      for (int got; done < total && (got = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, got);
        done += got;
        progress.bytes(wanted.name(), done, total);
      }
    }
  }
}
