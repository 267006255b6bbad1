package idunno.node.consensus;

import idunno.node.consensus.ConsensusException.NotSubmitted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.server.RaftConfiguration;

/**
 * Who is in the group: those who vote, and those who only follow. A change is a function of what
 * is, so making it twice changes nothing the second time.
 */
record Membership(List<Peer> voters, List<Peer> observers) {

  Membership {
    voters = voters.stream().sorted(Comparator.comparing(Peer::id)).toList();
    observers = observers.stream().sorted(Comparator.comparing(Peer::id)).toList();
  }

  /** A step from one membership to the next. */
  interface Change {
    Membership of(Membership current) throws NotSubmitted;
  }

  static Membership of(RaftConfiguration configuration) {
    return new Membership(
        configuration.getCurrentPeers().stream().map(Peer::of).toList(),
        configuration.getCurrentPeers(RaftPeerRole.LISTENER).stream().map(Peer::of).toList());
  }

  Membership withVoter(Peer peer) throws NotSubmitted {
    checkAddress(peer);
    return new Membership(plus(voters, peer), without(observers, peer.id()));
  }

  Membership withObserver(Peer peer) throws NotSubmitted {
    checkAddress(peer);
    if (voters.contains(peer)) {
      throw new NotSubmitted(
          "add observer " + peer.id() + ": it is a voter; remove it first", null);
    }
    return new Membership(voters, plus(observers, peer));
  }

  Membership without(String id) throws NotSubmitted {
    List<Peer> left = without(voters, id);
    if (left.isEmpty()) {
      throw new NotSubmitted(
          "remove " + id + ": it is the last voter; a group keeps at least one", null);
    }
    return new Membership(left, without(observers, id));
  }

  private void checkAddress(Peer peer) throws NotSubmitted {
    Predicate<Peer> moved = known -> known.id().equals(peer.id()) && !known.equals(peer);
    if (Stream.concat(voters.stream(), observers.stream()).anyMatch(moved)) {
      throw new NotSubmitted(
          "add "
              + peer.id()
              + " at "
              + peer.address()
              + ": it is in the group at another address; remove it first",
          null);
    }
  }

  /** The request's arguments that lead from this membership to {@code next}, and from no other. */
  SetConfigurationRequest.Arguments changeTo(Membership next) {
    return SetConfigurationRequest.Arguments.newBuilder()
        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
        .setServersInCurrentConf(raftVoters())
        .setListenersInCurrentConf(raftObservers())
        .setServersInNewConf(next.raftVoters())
        .setListenersInNewConf(next.raftObservers())
        .build();
  }

  private List<RaftPeer> raftVoters() {
    return voters.stream().map(Peer::asVoter).toList();
  }

  private List<RaftPeer> raftObservers() {
    return observers.stream().map(Peer::asObserver).toList();
  }

  private static List<Peer> plus(List<Peer> peers, Peer added) {
    List<Peer> result = new ArrayList<>(without(peers, added.id()));
    result.add(added);
    return result;
  }

  private static List<Peer> without(List<Peer> peers, String id) {
    return peers.stream().filter(peer -> !peer.id().equals(id)).toList();
  }
}
