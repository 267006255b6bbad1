package idunno.node.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** One stream made of parts, each opened when the one before it has been read to its end. */
final class Parts extends InputStream {
  /** A part that is not open yet. */
  interface Part {
    InputStream open() throws IOException;
  }

  private final Supplier<List<Part>> more;
  private final Deque<Part> next = new ArrayDeque<>();
  private final byte[] end;
  private InputStream current = InputStream.nullInputStream();
  private boolean ended;

  /**
   * Begins.
   *
   * @param more gives the next parts each time it is asked, and none at the end
   * @param end what the stream ends with
   */
  Parts(Supplier<List<Part>> more, byte[] end) {
    this.more = more;
    this.end = end;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int count = current.read(buffer, offset, length);
      if (count >= 0 || ended) {
        return count;
      }
      current.close();
      current = following();
    }
  }

  private InputStream following() throws IOException {
    if (next.isEmpty()) {
      next.addAll(more.get());
    }
    Part part = next.poll();
    if (part == null) {
      ended = true;
      return new ByteArrayInputStream(end);
    }
    return part.open();
  }

  @Override
  public void close() throws IOException {
    ended = true;
    current.close();
  }
}
