package idunno.node.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * A file of this machine as it is read once from end to end: its checksum is made on the way, and a
 * file that grows or shrinks meanwhile is an error, since its length was promised before.
 */
final class ExactFile extends FilterInputStream {
  private final Path path;
  private final long lengthBytes;
  private final LongConsumer moved;
  private final CRC32C crc = new CRC32C();
  private long readBytes;

  /**
   * Opens the file.
   *
   * @param lengthBytes the length that was promised
   * @param moved told how many bytes each read gave
   */
  ExactFile(Path path, long lengthBytes, LongConsumer moved) throws IOException {
    super(Files.newInputStream(path));
    this.path = path;
    this.lengthBytes = lengthBytes;
    this.moved = moved;
  }

  /** The checksum of the bytes read so far. */
  int crc32c() {
    return (int) crc.getValue();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    if (count > 0) {
      crc.update(buffer, offset, count);
      readBytes += count;
      moved.accept(count);
    }
    if (readBytes > lengthBytes || (count < 0 && readBytes < lengthBytes)) {
      throw new IOException(
          path
              + " changed while it was read: it had "
              + lengthBytes
              + " bytes, now it has "
              + (count < 0 ? readBytes : "more")
              + "; try again when it is at rest");
    }
    return count;
  }
}
