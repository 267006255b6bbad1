package idunno.node.gateway;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The stretch of a file that a request asks for by its {@code Range} header (RFC 9110, 14.2): one
 * range of bytes. Anything else in the header is passed over, as the standard has it, and the whole
 * file is answered.
 *
 * @param from the first byte, from 0
 * @param to the byte behind the last
 */
record ByteRange(long from, long to) {
  private static final Pattern SHAPE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  /** What is asked for lies beyond the file's end. */
  static final class Unsatisfiable extends Exception {
    private static final long serialVersionUID = 1;

    Unsatisfiable(String message) {
      super(message);
    }
  }

  /**
   * Reads the header.
   *
   * @param header its value; null if there is none
   * @param length the file's
   * @throws Unsatisfiable if no byte of the file is in it
   */
  static Optional<ByteRange> of(@Nullable String header, long length) throws Unsatisfiable {
    Matcher shape = SHAPE.matcher(header == null ? "" : header);
    if (!shape.matches() || (shape.group(1).isEmpty() && shape.group(2).isEmpty())) {
      return Optional.empty();
    }
    long from;
    long to = length;
    if (shape.group(1).isEmpty()) {
      from = Math.max(0, length - Long.parseLong(shape.group(2)));
    } else {
      from = Long.parseLong(shape.group(1));
      if (!shape.group(2).isEmpty()) {
        long last = Long.parseLong(shape.group(2));
        if (last < from) {
          return Optional.empty();
        }
        to = Math.min(length, last + 1);
      }
    }
    if (from >= to) {
      throw new Unsatisfiable(
          "expected a range within the file's %d bytes, found %s".formatted(length, header));
    }
    return Optional.of(new ByteRange(from, to));
  }

  long length() {
    return to - from;
  }

  /** As the answer's {@code Content-Range} has it. */
  String ofTotal(long length) {
    return "bytes %d-%d/%d".formatted(from, to - 1, length);
  }
}
