package idunno.node.transport;

/** Answers the calls that come in. */
@FunctionalInterface
public interface Handler {
  /**
   * Answers one call, on the connection's own thread: it may block.
   *
   * @throws Exception to refuse; the caller gets its message as a {@link CallRefused}
   */
  Response handle(Request request, PeerInfo from) throws Exception;
}
