package idunno.node.client;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

/**
 * A stream that is given up when nothing arrives on it for a while: a machine that froze or was cut
 * off says nothing, and would be waited for for ever.
 */
final class StallWatch extends FilterInputStream {
  private static final long LOOK_EVERY_MS = 200;

  private final long silentMs;
  private volatile long movedNanos = System.nanoTime();
  private volatile boolean reading;
  private volatile boolean stalled;
  private volatile boolean closed;

  /**
   * Watches a stream until it is closed.
   *
   * @param silentMs how long a read may take
   */
  StallWatch(InputStream in, long silentMs) {
    super(in);
    this.silentMs = silentMs;
    Thread.ofVirtual().name("stall-watch").start(this::watch);
  }

  private void watch() {
    while (!closed && !stalled) {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      } catch (InterruptedException e) {
        return;
      }
      long quietMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - movedNanos);
      if (reading && quietMs > silentMs) {
        stalled = true;
        closeQuietly(in);
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    movedNanos = System.nanoTime();
    reading = true;
    try {
      return in.read(buffer, offset, length);
    } catch (IOException e) {
      if (stalled) {
        throw new IOException("nothing arrived for " + silentMs / 1000 + " s", e);
      }
      throw e;
    } finally {
      reading = false;
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    in.close();
  }

  private static void closeQuietly(Closeable stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // It is given up in any case; the reader learns of it by its own exception.
    }
  }
}
