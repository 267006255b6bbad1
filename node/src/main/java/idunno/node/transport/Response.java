package idunno.node.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a peer answers.
 *
 * @param header the message; what is in it, the two ends agree on
 * @param body bytes that go with it, such as a chunk's, or null; released once they were sent
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Response(byte[] header, @Nullable Body body) {
  /** The same, with bytes in memory. */
  public static Response of(byte[] header, @Nullable ByteBuffer body) {
    return new Response(header, body == null ? null : new Body.InMemory(body));
  }

  /** The bytes of an answer that was received, or null. */
  public @Nullable ByteBuffer bytes() {
    return body instanceof Body.InMemory memory ? memory.bytes() : null;
  }
}
