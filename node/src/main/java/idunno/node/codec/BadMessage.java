package idunno.node.codec;

import java.io.Serial;

/**
 * Bytes that are not what they should be: cut off, of another type, with a value out of its bounds.
 * Nothing of the message was used; the message says what was being decoded and where it went wrong.
 */
public final class BadMessage extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  BadMessage(String message) {
    super(message);
  }

  BadMessage(String message, Throwable cause) {
    super(message, cause);
  }
}
