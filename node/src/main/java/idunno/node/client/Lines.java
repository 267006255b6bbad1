package idunno.node.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A stream of lines, taken one by one as they come; no line is longer than 1 MiB. */
public final class Lines {
  private static final int MAX_LINE_BYTES = 1 << 20;

  /** Takes the lines. */
  @FunctionalInterface
  public interface Sink {
    /** Takes one line, without its end; {@return whether more are wanted} */
    boolean take(String line) throws IOException;
  }

  private Lines() {}

  /**
   * Reads to the end, or until the sink has enough.
   *
   * @throws IOException if the stream breaks off or a line is longer than it may be
   */
  static void read(InputStream in, Sink sink) throws IOException {
    InputStream buffered = new BufferedInputStream(in, 1 << 16);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    while ((next = buffered.read()) >= 0) {
      if (next != '\n') {
        line.write(next);
        if (line.size() > MAX_LINE_BYTES) {
          throw new IOException("a line is longer than " + MAX_LINE_BYTES + " bytes");
        }
      } else {
        if (!sink.take(line.toString(StandardCharsets.UTF_8))) {
          return;
        }
        line.reset();
      }
    }
    if (line.size() > 0) {
      sink.take(line.toString(StandardCharsets.UTF_8));
    }
  }
}
