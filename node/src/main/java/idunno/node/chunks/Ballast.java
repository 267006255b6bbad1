package idunno.node.chunks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * A file of no use but its size: when somebody else has filled the disk to its last bytes, it is
 * thrown overboard, and the consensus and the log have room to go on for a long while, while a
 * person frees more. It comes back when there is space again.
 *
 * <p>The reserve alone doesn't do: it binds this node's chunks and nobody else's files.
 */
final class Ballast {
  private static final long MOST_BYTES = 16 << 20;
  private static final int PIECE_BYTES = 1 << 16;

  /** After a failure; a look comes a few times a second. */
  private static final int LOOKS_TO_SKIP = 240;

  private final Path file;
  private final long bytes;
  private boolean aboard;
  private int looksToSkip;

  private Ballast(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /** Ballast for a disk of that size: 16 MiB, or a tenth of a small disk. */
  static Ballast of(Path file, long totalBytes) {
    return new Ballast(file, Math.min(MOST_BYTES, totalBytes / 10));
  }

  /** Does what is right with so much free: goes overboard, comes back, or stays as it is. */
  synchronized void looked(long freeBytes) {
    try {
      if (freeBytes < bytes / 2) {
        Files.deleteIfExists(file);
        aboard = false;
      } else if (!aboard && freeBytes > 4 * bytes && --looksToSkip < 0) {
        fill();
        aboard = true;
      }
    } catch (IOException e) {
      // A disk that can't be written to is found out, and told, by whoever watches it.
      aboard = false;
      looksToSkip = LOOKS_TO_SKIP;
    }
  }

  /** Random bytes: some file systems make nothing of zeros. */
  private void fill() throws IOException {
    if (Files.exists(file) && Files.size(file) == bytes) {
      return;
    }
    byte[] piece = new byte[PIECE_BYTES];
    SplittableRandom random = new SplittableRandom(bytes);
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long left = bytes; left > 0; left -= piece.length) {
        random.nextBytes(piece);
        ByteBuffer next = ByteBuffer.wrap(piece, 0, (int) Math.min(left, piece.length));
        while (next.hasRemaining()) {
          out.write(next);
        }
      }
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }
}
