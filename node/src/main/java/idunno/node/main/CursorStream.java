package idunno.node.main;

import java.io.IOException;
import java.io.InputStream;

/** The lines of a cursor as a stream, one line in memory. */
final class CursorStream extends InputStream {
  private final ResultCursor cursor;
  private byte[] line = {};
  private int at;

  CursorStream(ResultCursor cursor) {
    this.cursor = cursor;
  }

  private boolean isAtEnd() throws IOException {
    while (at == line.length) {
      if (!cursor.next()) {
        return true;
      }
      line = cursor.line();
      at = 0;
    }
    return false;
  }

  @Override
  public int read() throws IOException {
    return isAtEnd() ? -1 : line[at++] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (isAtEnd()) {
      return -1;
    }
    int count = Math.min(length, line.length - at);
    System.arraycopy(line, at, into, offset, count);
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    cursor.close();
  }
}
