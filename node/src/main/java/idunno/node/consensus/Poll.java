package idunno.node.consensus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;

/**
 * Asks so many voters for their term as make up a majority with the leader. Who was silent lately
 * is left out.
 */
final class Poll {
  private static final long LEFT_OUT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final VoterTerms terms;
  private final RaftPeerId self;
  private final Map<RaftPeerId, Long> silentSinceNanos = new ConcurrentHashMap<>();
  private int turn;

  /** Told what came of it. */
  interface Outcome {
    /** A voter has seen no term above the leader's, at a moment after this one. */
    void confirmed(RaftPeerId voter, long askedNanos);

    /** One of those that were asked doesn't help. */
    void failed();
  }

  Poll(VoterTerms terms, RaftPeerId self) {
    this.terms = terms;
    this.self = self;
  }

  /**
   * Asks, without waiting for the answers. Called by one thread at a time.
   *
   * @return who was asked; nobody where too few voters can be, or where the membership changes
   */
  List<RaftPeerId> begin(RaftConfiguration membership, long term, Outcome outcome) {
    if (!membership.getPreviousPeers().isEmpty()) {
      return List.of();
    }
    long now = System.nanoTime();
    List<RaftPeerId> able = new ArrayList<>();
    for (RaftPeer voter : membership.getCurrentPeers()) {
      if (!voter.getId().equals(self) && !isLeftOut(voter.getId(), now)) {
        able.add(voter.getId());
      }
    }
    int wanted = membership.getCurrentPeers().size() / 2;
    if (able.size() < wanted) {
      return List.of();
    }
    Collections.rotate(able, turn++ % able.size());
    List<RaftPeerId> asked = List.copyOf(able.subList(0, wanted));
    for (RaftPeerId voter : asked) {
      Thread.ofVirtual().name("ask-term").start(() -> ask(voter, term, outcome));
    }
    return asked;
  }

  private boolean isLeftOut(RaftPeerId voter, long now) {
    Long since = silentSinceNanos.get(voter);
    return since != null && now - since < LEFT_OUT_NANOS;
  }

  private void ask(RaftPeerId voter, long term, Outcome outcome) {
    long askedNanos = System.nanoTime();
    try {
      if (terms.termOf(voter.toString()) <= term) {
        outcome.confirmed(voter, askedNanos);
        return;
      }
    } catch (IOException e) {
      // It counts as silent.
    }
    leaveOut(voter);
    outcome.failed();
  }

  /** A voter did not answer in time: others are asked for a while. */
  void leaveOut(RaftPeerId voter) {
    silentSinceNanos.put(voter, System.nanoTime());
  }
}
