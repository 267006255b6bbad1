package idunno.node.transfer;

import idunno.core.files.Extent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Content as a stream, one extent in memory; it fails where no replica can be read. */
public final class ContentStream extends InputStream {
  private final Content content;
  private final Iterator<Extent> rest;
  private @Nullable ByteBuffer current;

  /** The whole content, from its beginning. */
  public ContentStream(Content content) {
    this.content = content;
    this.rest = content.extents().iterator();
  }

  private @Nullable ByteBuffer current() throws IOException {
    while (current == null || !current.hasRemaining()) {
      if (!rest.hasNext()) {
        return null;
      }
      current = content.read(rest.next());
    }
    return current;
  }

  @Override
  public int read() throws IOException {
    ByteBuffer bytes = current();
    return bytes == null ? -1 : bytes.get() & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer bytes = current();
    if (bytes == null) {
      return -1;
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(into, offset, count);
    return count;
  }
}
