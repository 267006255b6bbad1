package idunno.node.main;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Lets the first lines fall under the table, and passes on the others. */
final class WithoutLines extends FilterOutputStream {
  private long left;

  WithoutLines(long lines, OutputStream out) {
    super(out);
    this.left = lines;
  }

  @Override
  public void write(int one) throws IOException {
    if (left == 0) {
      out.write(one);
    } else if (one == '\n') {
      left--;
    }
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    while (left > 0 && at < from + length) {
      if (bytes[at++] == '\n') {
        left--;
      }
    }
    out.write(bytes, at, from + length - at);
  }
}
