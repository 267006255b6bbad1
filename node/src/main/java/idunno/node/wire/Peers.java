package idunno.node.wire;

import idunno.core.base.Address;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import idunno.node.transport.CallFailed;
import idunno.node.transport.CallOutcomeUnknown;
import idunno.node.transport.CallRefused;
import idunno.node.transport.Caller;
import idunno.node.transport.PeerUnreachable;
import idunno.node.transport.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Typed calls to other nodes. */
public final class Peers {
  private final Caller caller;
  private final Codec codec = Codec.cbor();

  /** What a node answered, and the bytes behind it, if there are any. */
  public record Answer(PeerReply reply, @Nullable ByteBuffer body) {}

  /** What a probe got. */
  public enum Sign {
    /** The node is alive. */
    ANSWER,
    /** Its machine refuses connections: no node listens there. */
    REFUSAL,
    /** Nothing that says anything. */
    NONE
  }

  /** Calls through that caller. */
  public Peers(Caller caller) {
    this.caller = caller;
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param body bytes that go with the request, left as they are; null for none
   * @throws CallFailed if there is no answer, or a refusal
   */
  public Answer ask(Address to, PeerRequest request, @Nullable ByteBuffer body, Duration deadline)
      throws CallFailed {
    return ask(to, request, body, deadline, null);
  }

  /**
   * The same, with a place for the bytes behind the answer, which it is given if they are as many
   * as it has room for.
   */
  public Answer ask(
      Address to,
      PeerRequest request,
      @Nullable ByteBuffer body,
      Duration deadline,
      @Nullable ByteBuffer into)
      throws CallFailed {
    Response response = caller.call(to, codec.encode(request), body, deadline, into);
    try {
      return new Answer(codec.decodeComplete(response.header(), PeerReply.class), response.bytes());
    } catch (BadMessage e) {
      throw new CallOutcomeUnknown(to, "its answer can't be read: " + e.getMessage(), e);
    }
  }

  /** Looks whether a node is alive. */
  public Sign probe(Address node, Duration deadline) {
    try {
      ask(node, new PeerRequest.AskVoting(), null, deadline);
      return Sign.ANSWER;
    } catch (CallRefused e) {
      return Sign.ANSWER;
    } catch (PeerUnreachable e) {
      return e.refused() ? Sign.REFUSAL : Sign.NONE;
    } catch (CallFailed e) {
      return Sign.NONE;
    }
  }

  /** Breaks all connections to a node that was declared failed: nobody shall wait for it. */
  public void forsake(Address node) {
    caller.forsake(node);
  }

  /**
   * Asks for something that has one kind of answer.
   *
   * @throws IOException if there is no answer, a refusal, or an answer of another kind
   */
  public <T extends PeerReply> T expect(
      Address to, PeerRequest request, Class<T> kind, Duration deadline) throws IOException {
    PeerReply reply = ask(to, request, null, deadline).reply();
    if (!kind.isInstance(reply)) {
      throw new IOException(
          to
              + ": expected "
              + kind.getSimpleName()
              + ", found "
              + reply.getClass().getSimpleName());
    }
    return kind.cast(reply);
  }
}
