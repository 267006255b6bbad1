package idunno.node.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a peer asks.
 *
 * @param header the message; what is in it, the two ends agree on
 * @param body bytes that go with it, such as a chunk's, or null; they are the handler's until its
 *     answer was sent, and no longer
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Request(byte[] header, @Nullable ByteBuffer body) {}
