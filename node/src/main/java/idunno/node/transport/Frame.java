package idunno.node.transport;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One message on a connection:
 *
 * <pre>
 *   kind          1 (a letter)
 *   header bytes  4
 *   body bytes    4 (-1: no body)
 *   header, body
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record Frame(Kind kind, byte[] header, @Nullable Body body) {
  static final int PREFIX_BYTES = 9;

  /** What a frame is. */
  enum Kind {
    /** From the caller: a request. */
    CALL('C'),
    /** From the server: the response. */
    REPLY('R'),
    /** From the server: an error's text in place of a response. */
    REFUSAL('E'),
    /** From the caller: it closes the connection of its own will, so it isn't dead. */
    GOODBYE('G');

    private final byte code;

    Kind(char code) {
      this.code = (byte) code;
    }

    static @Nullable Kind of(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      return null;
    }

    boolean isAnswer() {
      return this == REPLY || this == REFUSAL;
    }
  }

  /** The first bytes of a frame, checked. */
  record Prefix(Kind kind, int headerBytes, int bodyBytes) {
    static Prefix read(ByteBuffer bytes, Limits limits) throws ProtocolException {
      byte code = bytes.get();
      int headerBytes = bytes.getInt();
      int bodyBytes = bytes.getInt();
      Kind kind = Kind.of(code);
      if (kind == null) {
        throw new ProtocolException("frame: expected a kind, found the byte " + code);
      }
      if (headerBytes < 0 || headerBytes > limits.maxHeaderBytes()) {
        throw new ProtocolException(
            "frame: expected a header of 0 to %d bytes, found %d"
                .formatted(limits.maxHeaderBytes(), headerBytes));
      }
      if (bodyBytes < -1 || bodyBytes > limits.maxBodyBytes()) {
        throw new ProtocolException(
            "frame: expected a body of 0 to %d bytes (or -1: none), found %d"
                .formatted(limits.maxBodyBytes(), bodyBytes));
      }
      return new Prefix(kind, headerBytes, bodyBytes);
    }
  }

  int bodyBytes() {
    return body == null ? -1 : body.length();
  }

  /** The prefix and the header, ready to be sent before the body. */
  ByteBuffer head() {
    return ByteBuffer.allocate(PREFIX_BYTES + header.length)
        .put(kind.code)
        .putInt(header.length)
        .putInt(bodyBytes())
        .put(header)
        .flip();
  }
}
