package idunno.node.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One try at sending a body: tells a failure of this machine's disk from one of the network, and
 * knows since when nothing has moved.
 */
final class Sending {
  private final Body body;
  private volatile long movedNanos = System.nanoTime();
  private volatile @Nullable IOException localFailure;

  Sending(Body body) {
    this.body = body;
  }

  /** How long nothing has been read of the body, in milliseconds. */
  long quietMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - movedNanos);
  }

  /** What went wrong on this machine; null where nothing did. */
  @Nullable IOException localFailure() {
    return localFailure;
  }

  /** The body's bytes, opened at the first read. */
  InputStream open() {
    Iterator<Parts.Part> whole = List.<Parts.Part>of(body::open).iterator();
    return new Watched(
        new Parts(() -> whole.hasNext() ? List.of(whole.next()) : List.of(), new byte[0]));
  }

  private final class Watched extends FilterInputStream {
    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        movedNanos = System.nanoTime();
        return in.read(buffer, offset, length);
      } catch (IOException e) {
        localFailure = e;
        throw e;
      }
    }
  }
}
