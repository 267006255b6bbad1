package idunno.node.zoo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How far a download has come, for a server to wait for. A client may lose the bytes it has not
 * read yet when the connection breaks: only behind what has been written down does a cut leave a
 * known number of them.
 */
final class Arrivals implements Progress {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final List<Long> heard = new ArrayList<>();

  @Override
  public synchronized void bytes(String what, long doneBytes, long totalBytes) {
    heard.add(doneBytes);
    notifyAll();
  }

  /** All that was told, in its order. */
  synchronized List<Long> heard() {
    return List.copyOf(heard);
  }

  /** Returns when that many bytes of the file have been written. */
  synchronized void await(long bytes) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (heard.isEmpty() || heard.getLast() < bytes) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (leftMs <= 0) {
        throw new IOException("expected " + bytes + " bytes to arrive, heard of " + heard);
      }
      try {
        wait(leftMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while bytes were to arrive", e);
      }
    }
  }
}
