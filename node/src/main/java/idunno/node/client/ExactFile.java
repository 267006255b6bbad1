package idunno.node.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** A {@link LocalSource} as a stream, whose checksum is made on the way. */
final class ExactFile extends FilterInputStream {
  private final CRC32C crc = new CRC32C();

  /**
   * Opens the file.
   *
   * @param lengthBytes the length that was promised
   * @param moved told how many bytes each read gave
   * @throws LocalFailure if it can't be opened
   */
  ExactFile(Path path, long lengthBytes, LongConsumer moved) throws LocalFailure {
    super(Channels.newInputStream(new LocalSource(path, lengthBytes, moved)));
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
    }
    return count;
  }
}
