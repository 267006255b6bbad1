package idunno.node.main;

import idunno.core.membership.Member;
import idunno.node.consensus.VoterTerms;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.time.Duration;

/** The terms of other nodes' replicas, by calls. */
final class PeerTerms implements VoterTerms {
  private static final Duration WITHIN = Duration.ofSeconds(1);

  private final Late<Compass> compass;
  private final Peers peers;

  PeerTerms(Late<Compass> compass, Peers peers) {
    this.compass = compass;
    this.peers = peers;
  }

  @Override
  public long termOf(String voter) throws IOException {
    Member member =
        compass
            .await()
            .memberOf(voter)
            .orElseThrow(() -> new IOException("no member has replica " + voter));
    PeerRequest ask = new PeerRequest.AskTerm(voter);
    return peers.expect(member.place().peer(), ask, PeerReply.Term.class, WITHIN).term();
  }
}
