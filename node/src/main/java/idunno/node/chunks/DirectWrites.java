package idunno.node.chunks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Writes that go to the disk past the kernel's cache, where the disk and its file system can do
 * that: for replicas that are seldom read, since another one of the same chunk is read first. They
 * save the copy into the cache, and push nothing out of it that is read.
 */
final class DirectWrites {
  /** What is shorter isn't worth a second opening of its file. */
  private static final int MIN_BYTES = 128 << 10;

  /** How a disk can be written so. */
  private record Way(OpenOption direct, int blockBytes) {}

  private final Optional<Way> way;

  private DirectWrites(Optional<Way> way) {
    this.way = way;
  }

  /** Tries it in a folder; whatever goes wrong with that means that it can't be done there. */
  static DirectWrites tryIn(Path folder) throws IOException {
    Path file = folder.resolve("try-direct");
    try {
      Way way = new Way(direct(), Math.toIntExact(Files.getFileStore(folder).getBlockSize()));
      try (FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, way.direct())) {
        int block = way.blockBytes();
        channel.write(ByteBuffer.allocateDirect(2 * block).alignedSlice(block).limit(block));
        return new DirectWrites(Optional.of(way));
      }
    } catch (IOException
        | ReflectiveOperationException
        | UnsupportedOperationException
        | IllegalArgumentException e) {
      return new DirectWrites(Optional.empty());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * The JDK's own option for it, of the module {@code jdk.unsupported}: called by its name, since a
   * JDK without it shall cost speed and nothing else.
   */
  private static OpenOption direct() throws ReflectiveOperationException {
    return (OpenOption)
        Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
  }

  /**
   * Writes as much as can be written so, from the start of a file that is there.
   *
   * @param bytes left as they are
   * @return how many bytes that were; 0 where it can't be done, or isn't worth it
   */
  int write(Path file, ByteBuffer bytes) throws IOException {
    if (way.isEmpty() || bytes.remaining() < MIN_BYTES || !bytes.isDirect()) {
      return 0;
    }
    int block = way.get().blockBytes();
    if (bytes.alignmentOffset(bytes.position(), block) != 0) {
      return 0;
    }
    int size = bytes.remaining() / block * block;
    ByteBuffer whole = bytes.slice(bytes.position(), size);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, way.get().direct())) {
      while (whole.remaining() >= block) {
        channel.write(whole);
      }
    }
    return whole.position();
  }
}
