package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusException;
import idunno.node.consensus.LogEnd;
import idunno.node.consensus.Peer;
import idunno.node.consensus.Status;
import idunno.node.replica.ReplicatedState;
import idunno.node.wire.PeerReply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who votes. The first seven nodes do: three failures at once need no more, and each further voter
 * would make every write slower. Later ones hold the state too, without a vote.
 */
final class Electorate {
  private static final int MAX_VOTERS = 7;
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private final Consensus consensus;
  private final ReplicatedState state;
  private final ReentrantLock changing = new ReentrantLock();

  Electorate(Consensus consensus, ReplicatedState state) {
    this.consensus = consensus;
    this.state = state;
  }

  /**
   * Lets a node's replica take part. A replica that the node had on another disk is gone with that
   * disk, and gives up its place.
   *
   * @throws IOException if another node of that name is alive
   */
  void add(NodeName node, String replica, Address at)
      throws IOException, ConsensusException, InterruptedException {
    Peer peer = new Peer(replica, at.host(), at.port());
    Optional<Member> old =
        state
            .read(s -> s.members().get(node))
            .filter(member -> !member.place().disk().equals(replica));
    if (old.filter(member -> member.state() == MemberState.ALIVE).isPresent()) {
      throw new IOException(
          "a node named "
              + node
              + " is alive at "
              + old.get().place().api()
              + "; choose another name, or wait until it is declared failed");
    }
    // One change at a time: the consensus allows no second one while the first is on its way.
    changing.lock();
    try {
      if (old.isPresent() && has(old.get().place().disk())) {
        consensus.remove(old.get().place().disk(), WITHIN);
      }
      if (has(replica) || voters() < MAX_VOTERS) {
        consensus.addVoter(peer, WITHIN);
      } else {
        consensus.addObserver(peer, WITHIN);
      }
    } finally {
      changing.unlock();
    }
  }

  private boolean has(String replica) {
    return consensus.status().members().stream()
        .anyMatch(member -> member.peer().id().equals(replica));
  }

  private long voters() {
    return consensus.status().members().stream().filter(Status.Member::voter).count();
  }

  /** Takes a replica out. */
  void remove(String replica) throws ConsensusException, InterruptedException {
    changing.lock();
    try {
      consensus.remove(replica, WITHIN);
    } finally {
      changing.unlock();
    }
  }

  /**
   * The term of this node's replica.
   *
   * @throws IOException if it is not that replica
   */
  long term(String replica) throws IOException {
    return consensus.termOf(replica);
  }

  /**
   * Where the log of this node's replica ends.
   *
   * @throws IOException if it is not that replica
   */
  PeerReply.LogEnd logEnd(String replica) throws IOException {
    LogEnd end = consensus.logEndOf(replica);
    return new PeerReply.LogEnd(end.term(), end.index());
  }

  /** How the log stands, and how far behind each voter is; only the coordinator knows. */
  PeerReply.Voting voting() {
    Status status = consensus.status();
    List<PeerReply.Voter> voters = new ArrayList<>();
    for (Status.Member member : status.members()) {
      if (member.voter()) {
        Status.Progress progress = member.progress();
        voters.add(
            new PeerReply.Voter(
                member.peer().id(), progress == null ? -1 : progress.behindEntries()));
      }
    }
    return new PeerReply.Voting(status.term(), status.commitIndex(), voters);
  }
}
