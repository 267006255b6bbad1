package idunno.node.chunks;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;

/**
 * Writes that go to the disk past the kernel's cache, where the disk and its file system can do
 * that: for replicas that are seldom read, since another one of the same chunk is read first. They
 * save the copy into the cache, and push nothing out of it that is read.
 */
final class DirectWrites {
  /** What is shorter isn't worth a second opening of its file. */
  private static final int MIN_BYTES = 128 << 10;

  private final OptionalInt blockBytes;

  private DirectWrites(OptionalInt blockBytes) {
    this.blockBytes = blockBytes;
  }

  /** Tries it in a folder; whatever goes wrong with that means that it can't be done there. */
  static DirectWrites tryIn(Path folder) throws IOException {
    Path file = folder.resolve("try-direct");
    try {
      int block = Math.toIntExact(Files.getFileStore(folder).getBlockSize());
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              ExtendedOpenOption.DIRECT)) {
        channel.write(ByteBuffer.allocateDirect(2 * block).alignedSlice(block).limit(block));
        return new DirectWrites(OptionalInt.of(block));
      }
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return new DirectWrites(OptionalInt.empty());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Writes as much as can be written so, from the start of a file that is there.
   *
   * @param bytes left as they are
   * @return how many bytes that were; 0 where it can't be done, or isn't worth it
   */
  int write(Path file, ByteBuffer bytes) throws IOException {
    if (blockBytes.isEmpty() || bytes.remaining() < MIN_BYTES || !bytes.isDirect()) {
      return 0;
    }
    int block = blockBytes.getAsInt();
    if (bytes.alignmentOffset(bytes.position(), block) != 0) {
      return 0;
    }
    int size = bytes.remaining() / block * block;
    ByteBuffer whole = bytes.slice(bytes.position(), size);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
      while (whole.remaining() >= block) {
        channel.write(whole);
      }
    }
    return whole.position();
  }
}
