package idunno.node.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a peer answers.
 *
 * @param header the message; what is in it, the two ends agree on
 * @param body bytes that go with it, such as a chunk's, or null
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Response(byte[] header, @Nullable ByteBuffer body) {}
