package idunno.node.transport;

import idunno.core.base.Address;

/**
 * Who is at the other end of an inbound connection, by its own word.
 *
 * @param hello what it stated when it connected
 * @param from where the connection comes from, which is not where the peer listens
 */
public record PeerInfo(Hello hello, Address from) {
  /** The name that the peer stated. */
  public String name() {
    return hello.name();
  }

  @Override
  public String toString() {
    return name() + " (" + from + ")";
  }
}
