package idunno.benchmarks.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * The files that clients put, and the places that they get them to; all in memory, so that a
 * client's own disk is no part of any figure. Their bytes are random: nothing can be compressed or
 * found to be the same.
 *
 * @param large the large file
 * @param small the folder of the small ones
 * @param fetched a folder for what comes back
 */
record Sources(Path large, Path small, Path fetched) {
  private static final int BLOCK_BYTES = 1 << 20;

  /** Writes them. */
  static Sources make(Path folder, Workload load) throws IOException {
    Sources sources =
        new Sources(
            folder.resolve("large"),
            Files.createDirectories(folder.resolve("small")),
            Files.createDirectories(folder.resolve("fetched")));
    SplittableRandom random = new SplittableRandom(1);
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(sources.large)) {
      for (long left = load.largeBytes(); left > 0; left -= BLOCK_BYTES) {
        random.nextBytes(block);
        out.write(block, 0, Math.toIntExact(Math.min(left, BLOCK_BYTES)));
      }
    }
    byte[] small = new byte[load.fileBytes()];
    for (int i = 0; i < load.files(); i++) {
      random.nextBytes(small);
      Files.write(sources.small.resolve(Workload.smallName(i)), small);
    }
    return sources;
  }

  /** Where the large file comes back to. */
  Path fetchedLarge() {
    return fetched.resolve("large");
  }

  /** Compares the large file that came back with the one that was put, and deletes it. */
  void checkLarge() throws IOException {
    check(large, fetchedLarge());
  }

  /** The same for the small ones. */
  void checkSmall(Workload load) throws IOException {
    for (int i = 0; i < load.files(); i++) {
      String name = Workload.smallName(i);
      check(small.resolve(name), fetched.resolve(name));
    }
  }

  private static void check(Path put, Path got) throws IOException {
    long first = Files.mismatch(put, got);
    if (first >= 0) {
      throw new IOException("%s came back with another byte at %d".formatted(put, first));
    }
    Files.delete(got);
  }
}
