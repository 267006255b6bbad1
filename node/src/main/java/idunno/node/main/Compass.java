package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.membership.Member;
import idunno.node.consensus.Consensus;
import idunno.node.gateway.Unavailable;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.util.Optional;

/** Where things are: this node, the others, and the coordinator. */
final class Compass {
  private final NodeName self;
  private final ReplicatedState state;
  private final Consensus consensus;

  Compass(NodeName self, ReplicatedState state, Consensus consensus) {
    this.self = self;
    this.state = state;
    this.consensus = consensus;
  }

  NodeName self() {
    return self;
  }

  /** Where other nodes call that member. */
  Address peerOf(NodeName node) throws IOException {
    return state
        .read(s -> s.members().get(node))
        .map(member -> member.place().peer())
        .orElseThrow(() -> new IOException("no member " + node));
  }

  /** The member whose replica leads, as far as this node knows. */
  Optional<Member> coordinator() {
    return consensus.leader().flatMap(this::memberOf);
  }

  /** The member with that replica. */
  Optional<Member> memberOf(String replica) {
    return state.read(
        s ->
            s.members().all().stream()
                .filter(member -> member.place().disk().equals(replica))
                .findFirst());
  }

  /** The member that other nodes call at that address. */
  Optional<Member> memberAt(Address peer) {
    return state.read(
        s ->
            s.members().all().stream()
                .filter(member -> member.place().peer().equals(peer))
                .findFirst());
  }

  /** Where the coordinator is called. */
  Address coordinatorPeer() throws Unavailable {
    return coordinator()
        .map(member -> member.place().peer())
        .orElseThrow(
            () ->
                new Unavailable(
                    "no coordinator is known now; an election takes a second or two, and needs"
                        + " more than half of the voters alive"));
  }
}
