package idunno.node.main;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.membership.Member;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.replica.Proposer;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Asks the cluster to admit this node, under a new incarnation of its name. */
final class Admission {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private final NodeName name;
  private final Member.Place place;
  private final Proposer proposer;
  private final LongSupplier clockMs;

  Admission(NodeName name, Member.Place place, Proposer proposer, LongSupplier clockMs) {
    this.name = name;
    this.place = place;
    this.proposer = proposer;
    this.clockMs = clockMs;
  }

  /**
   * Asks, for as long as it takes a cluster to elect a coordinator.
   *
   * @throws IOException if there is no answer within a minute
   */
  NodeId admit() throws IOException, InterruptedException {
    try {
      Reply reply =
          proposer.submit(new Command.AdmitMember(name, place, clockMs.getAsLong()), WITHIN);
      return switch (reply) {
        case Reply.Admitted admitted -> admitted.node();
        case Reply.Refused refused -> throw new IOException(refused.reason());
        default -> throw new IllegalStateException("admission was answered by " + reply);
      };
    } catch (Proposer.OutcomeUnknown e) {
      throw new IOException(
          name
              + ": not admitted within "
              + WITHIN.toSeconds()
              + " s; more than half of the cluster's voters must be alive ("
              + e.getMessage()
              + ")",
          e);
    }
  }
}
