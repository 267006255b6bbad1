package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.membership.Member;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How a replica gets into a group's consensus and out of it. */
final class Joining {
  private static final Duration ASK_WITHIN = Duration.ofSeconds(75);
  private static final long PATIENCE_MS = 120_000;
  private static final long RETRY_MS = 300;

  private Joining() {}

  /** Asks the group of a member to let this node's replica vote; returns when it does. */
  static void askForVote(Peers peers, Address by, NodeName self, Member.Place place)
      throws IOException, InterruptedException {
    PeerRequest.AddVoter ask = new PeerRequest.AddVoter(self, place.disk(), place.consensus());
    untilDone("join by " + by, () -> peers.ask(by, ask, null, ASK_WITHIN).reply());
  }

  /** Asks the coordinator to take this node's replica out of the consensus. */
  static void askForRemoval(Peers peers, Compass compass, String replica)
      throws IOException, InterruptedException {
    PeerRequest.RemoveVoter ask = new PeerRequest.RemoveVoter(replica);
    untilDone(
        "leave",
        () -> {
          Optional<Member> coordinator = compass.coordinator();
          return coordinator.isEmpty()
              ? new PeerReply.NotCoordinator()
              : peers.ask(coordinator.get().place().peer(), ask, null, ASK_WITHIN).reply();
        });
  }

  private interface Ask {
    PeerReply now() throws IOException;
  }

  private static void untilDone(String what, Ask ask) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    String last;
    do {
      try {
        PeerReply reply = ask.now();
        if (reply instanceof PeerReply.Done) {
          return;
        }
        last = "it answered " + reply;
      } catch (IOException e) {
        last = e.getMessage();
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    } while (System.nanoTime() < deadlineNanos);
    throw new IOException(what + ": not done within " + PATIENCE_MS / 1000 + " s (" + last + ")");
  }
}
