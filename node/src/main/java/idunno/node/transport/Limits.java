package idunno.node.transport;

/**
 * What one connection, and all of them together, may take. Both ends of a call need the same sizes.
 *
 * @param maxHeaderBytes the longest header of a frame
 * @param maxBodyBytes the longest body of a frame
 * @param maxConnections how many inbound connections a server holds; more are closed at once
 * @param maxPerPeer how many connections a caller has to one address, and so how many calls at
 *     once; more calls wait their turn
 * @param handshakeMs how long connecting and both greetings may take
 * @param frameMs how long the rest of a frame may take once its first bytes came, and how long a
 *     reply may take to be written: the bound on a peer that trickles
 * @param idleMs how long a caller keeps a connection that carries no call; a server waits ten times
 *     as long for the next call before it gives a connection up
 */
public record Limits(
    int maxHeaderBytes,
    int maxBodyBytes,
    int maxConnections,
    int maxPerPeer,
    long handshakeMs,
    long frameMs,
    long idleMs) {

  /** What a node uses. */
  public static final Limits DEFAULT =
      new Limits(8 << 20, 64 << 20, 1024, 64, 10_000, 120_000, 60_000);

  /**
   * Checks that all are positive.
   *
   * @throws IllegalArgumentException if one is not
   */
  public Limits {
    if (maxHeaderBytes < 1
        || maxBodyBytes < 1
        || maxConnections < 1
        || maxPerPeer < 1
        || handshakeMs < 1
        || frameMs < 1
        || idleMs < 1) {
      throw new IllegalArgumentException("limits: expected only positive ones");
    }
  }

  void check(byte[] header, int bodyBytes) {
    if (header.length > maxHeaderBytes || bodyBytes > maxBodyBytes) {
      throw new IllegalArgumentException(
          "expected a header of at most %d bytes and a body of at most %d, found %d and %d"
              .formatted(maxHeaderBytes, maxBodyBytes, header.length, bodyBytes));
    }
  }
}
