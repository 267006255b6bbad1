package idunno.node.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Reads a stream that must not stand still: closes it when no byte has come for too long. The HTTP
 * client's own timeout ends with the answer's headers, so a server that falls silent in the middle
 * would otherwise hold the reader for ever.
 */
final class StallGuard implements AutoCloseable {

  private final InputStream in;
  private final long stallAfterMs;
  private final Thread watch;
  private volatile long lastByteNs = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream in, long stallAfterMs) {
    this.in = in;
    this.stallAfterMs = stallAfterMs;
    this.watch = Thread.ofVirtual().name("stall-guard").start(this::watch);
  }

  /**
   * Like {@link InputStream#read(byte[])}.
   *
   * @throws IOException if the stream fails or stands still
   */
  int read(byte[] buffer) throws IOException {
    try {
      int got = in.read(buffer);
      lastByteNs = System.nanoTime();
      if (got < 0 && stalled) {
        throw new IOException("closed");
      }
      return got;
    } catch (IOException e) {
      throw stalled ? new IOException("no byte came for " + stallAfterMs + " ms", e) : e;
    }
  }

  private void watch() {
    try {
      while (true) {
        long idleMs = (System.nanoTime() - lastByteNs) / 1_000_000;
        if (idleMs >= stallAfterMs) {
          stalled = true;
          in.close();
          return;
        }
        Thread.sleep(Duration.ofMillis(stallAfterMs - idleMs));
      }
    } catch (InterruptedException e) {
      // The reader is done.
    } catch (IOException e) {
      // Closing failed: the reader sees the stream's own failure.
    }
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
