package idunno.node.consensus;

import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * One replica of the group and where it listens.
 *
 * <p>The id belongs to a disk, not to a machine: a replica whose disk was wiped has promised things
 * that it no longer knows, and under its old id it would never be sent what it lost. It joins as a
 * new peer instead (see {@link DiskIdentity}). The address of an id is fixed while it is in the
 * group; to move a replica, remove it and add it again.
 *
 * @param id name and disk, for example {@code n1-3f2a99c1}
 * @param host host name or address that the other replicas reach
 * @param port TCP port of the consensus service, 1 to 65535
 */
public record Peer(String id, String host, int port) {

  public Peer {
    if (id.isEmpty() || id.length() > 255) {
      throw new IllegalArgumentException(
          "peer id must have 1 to 255 characters, found '" + id + "'");
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException("peer " + id + " has no host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("peer " + id + ": port must be 1 to 65535, found " + port);
    }
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  public String address() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }

  RaftPeerId raftId() {
    return RaftPeerId.valueOf(id);
  }

  RaftPeer asVoter() {
    return RaftPeer.newBuilder().setId(id).setAddress(address()).build();
  }

  RaftPeer asObserver() {
    return RaftPeer.newBuilder()
        .setId(id)
        .setAddress(address())
        .setStartupRole(RaftPeerRole.LISTENER)
        .build();
  }

  static Peer of(RaftPeer peer) {
    String address = peer.getAddress();
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new Peer(peer.getId().toString(), host, Integer.parseInt(address.substring(colon + 1)));
  }
}
