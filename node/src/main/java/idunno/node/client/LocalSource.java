package idunno.node.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/** A file of this machine that is being sent, of exactly the length that it had at the start. */
final class LocalSource implements ReadableByteChannel {
  private final Path path;
  private final FileChannel file;
  private final long lengthBytes;
  private final LongConsumer moved;
  private long readBytes;

  /**
   * Opens the file.
   *
   * @param lengthBytes the length that was promised
   * @param moved told how many bytes each read gave
   * @throws LocalFailure if it can't be opened
   */
  LocalSource(Path path, long lengthBytes, LongConsumer moved) throws LocalFailure {
    this.path = path;
    this.lengthBytes = lengthBytes;
    this.moved = moved;
    try {
      this.file = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new LocalFailure(path + " can't be read: " + e, e);
    }
  }

  /**
   * How long a file is.
   *
   * @throws LocalFailure if it is none, or can't be read
   */
  static long lengthOf(Path path) throws LocalFailure {
    try {
      if (Files.isRegularFile(path)) {
        return Files.size(path);
      }
    } catch (IOException e) {
      throw new LocalFailure(path + " can't be read: " + e, e);
    }
    throw new LocalFailure(
        path + (Files.exists(path) ? " is no regular file" : ": there is no such file"), null);
  }

  @Override
  public int read(ByteBuffer into) throws LocalFailure {
    int count;
    try {
      count = file.read(into);
    } catch (IOException e) {
      throw new LocalFailure(path + " can't be read: " + e, e);
    }
    readBytes += Math.max(0, count);
    if (readBytes > lengthBytes || (count < 0 && readBytes < lengthBytes)) {
      throw new LocalFailure(
          path
              + " changed while it was read: it had "
              + lengthBytes
              + " bytes, now it has "
              + (count < 0 ? readBytes : "more")
              + "; try again when it is at rest",
          null);
    }
    moved.accept(Math.max(0, count));
    return count;
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
