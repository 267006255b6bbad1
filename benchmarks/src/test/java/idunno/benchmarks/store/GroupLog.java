package idunno.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that many threads append to, each of which returns when the disk has its bytes. */
final class GroupLog implements AutoCloseable {
  private final FileChannel channel;
  private final boolean shares;
  private final Object writing = new Object();
  private final Object syncing = new Object();
  private long writtenBytes;
  private long syncedBytes;

  /**
   * Begins a new one.
   *
   * @param shares whether one sync serves all that were appended before it; else each has its own
   */
  GroupLog(Path file, boolean shares) throws IOException {
    this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    this.shares = shares;
  }

  /** Appends. */
  void append(ByteBuffer bytes) throws IOException {
    long end;
    synchronized (writing) {
      while (bytes.hasRemaining()) {
        writtenBytes += channel.write(bytes);
      }
      end = writtenBytes;
    }
    if (!shares) {
      channel.force(false);
      return;
    }
    synchronized (syncing) {
      if (syncedBytes < end) {
        long until = written();
        channel.force(false);
        syncedBytes = until;
      }
    }
  }

  private long written() {
    synchronized (writing) {
      return writtenBytes;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
