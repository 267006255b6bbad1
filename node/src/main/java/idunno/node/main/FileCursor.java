package idunno.node.main;

import idunno.core.base.Checks;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The lines of a file of results, as {@link idunno.node.api.ResultLine} writes them. */
final class FileCursor implements ResultCursor {
  /** Each line begins with it; the number of the query follows. */
  private static final byte[] BEGIN = "{\"query\":".getBytes(StandardCharsets.UTF_8);

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int SHOWN = 40;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int limit;
  private byte[] line = {};
  private long query;

  FileCursor(InputStream in) {
    this.in = in;
  }

  @Override
  public boolean next() throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    boolean isWhole = false;
    while (!isWhole && hasMore()) {
      int from = at;
      while (at < limit && buffer[at] != '\n') {
        at++;
      }
      isWhole = at < limit;
      at += isWhole ? 1 : 0;
      read.write(buffer, from, at - from);
    }
    if (read.size() == 0) {
      return false;
    }
    if (!isWhole) {
      throw new EOFException("results: expected a whole line, found the end of the file");
    }
    line = read.toByteArray();
    query = queryOf(line);
    return true;
  }

  private boolean hasMore() throws IOException {
    if (at == limit) {
      at = 0;
      limit = Math.max(0, in.read(buffer));
    }
    return limit > 0;
  }

  private static long queryOf(byte[] line) throws IOException {
    long number = 0;
    int at = BEGIN.length;
    while (at < line.length && line[at] >= '0' && line[at] <= '9') {
      number = 10 * number + line[at++] - '0';
    }
    boolean begins =
        line.length > BEGIN.length && Arrays.equals(line, 0, BEGIN.length, BEGIN, 0, BEGIN.length);
    if (!begins || at == BEGIN.length) {
      String found = new String(line, 0, Math.min(SHOWN, line.length), StandardCharsets.UTF_8);
      throw new IOException(
          "results: expected a line with a query's number, found " + Checks.quote(found));
    }
    return number;
  }

  @Override
  public long query() {
    return query;
  }

  @Override
  public byte[] line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
