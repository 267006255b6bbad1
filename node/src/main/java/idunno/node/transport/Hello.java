package idunno.node.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/**
 * What both ends state when they connect, each without waiting for the other:
 *
 * <pre>
 *   magic "IDUNNO\r\n"             8 (the line end shows a peer that mangles text)
 *   version of the framing         2
 *   length, then the cluster's id  2, up to 256 (UTF-8)
 *   length, then the sender's name 2, up to 256 (UTF-8)
 * </pre>
 *
 * @param clusterId the cluster's id; {@link #NO_CLUSTER} of a node that is in none yet, which may
 *     talk to any (it wants to join)
 * @param name the node's name
 */
public record Hello(String clusterId, String name) {
  /** The id that says: not in a cluster yet. */
  public static final String NO_CLUSTER = "";

  static final int VERSION = 1;
  private static final byte[] MAGIC = "IDUNNO\r\n".getBytes(US_ASCII);
  private static final int MAX_TEXT_BYTES = 256;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is too long
   */
  public Hello {
    if (clusterId.getBytes(UTF_8).length > MAX_TEXT_BYTES
        || name.getBytes(UTF_8).length > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "hello: expected a cluster id and a name of at most " + MAX_TEXT_BYTES + " bytes");
    }
  }

  /** Whether the two may talk: the same cluster, or one of them in none yet. */
  boolean fits(Hello other) {
    return clusterId.equals(other.clusterId)
        || clusterId.equals(NO_CLUSTER)
        || other.clusterId.equals(NO_CLUSTER);
  }

  ByteBuffer toBytes() {
    byte[] cluster = clusterId.getBytes(UTF_8);
    byte[] sender = name.getBytes(UTF_8);
    return ByteBuffer.allocate(MAGIC.length + 6 + cluster.length + sender.length)
        .put(MAGIC)
        .putShort((short) VERSION)
        .putShort((short) cluster.length)
        .put(cluster)
        .putShort((short) sender.length)
        .put(sender)
        .flip();
  }

  /** Where a greeting's bytes come from. */
  @FunctionalInterface
  interface Source {
    /** Exactly so many of the next bytes. */
    ByteBuffer next(int bytes) throws IOException;
  }

  static Hello read(Source source) throws IOException {
    if (!source.next(MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
      throw new ProtocolException("expected an IDunno node, found something else");
    }
    int version = Short.toUnsignedInt(source.next(2).getShort());
    if (version != VERSION) {
      throw new ProtocolException(
          "expected version %d of the protocol, found %d".formatted(VERSION, version));
    }
    return new Hello(readText(source), readText(source));
  }

  private static String readText(Source source) throws IOException {
    int bytes = Short.toUnsignedInt(source.next(2).getShort());
    if (bytes > MAX_TEXT_BYTES) {
      throw new ProtocolException(
          "greeting: expected at most %d bytes, found %d".formatted(MAX_TEXT_BYTES, bytes));
    }
    return UTF_8.newDecoder().decode(source.next(bytes)).toString(); // throws on what is no UTF-8
  }
}
