package idunno.node.main;

import idunno.core.base.RequestId;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.consensus.ConsensusException;
import idunno.node.gateway.NoMajority;
import idunno.node.gateway.Refused;
import idunno.node.gateway.Unavailable;
import idunno.node.replica.Proposer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Commands and reads of clients, with the errors that the gateway knows. */
final class Outcomes {
  private static final Duration COMMIT_WITHIN = Duration.ofSeconds(20);

  /**
   * How long is waited for a confirmation, each time before the voters are asked whether they are
   * there at all. Together shorter than the ten seconds that clients let a node be silent.
   */
  private static final List<Duration> CONFIRM_WITHIN =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));

  private static final String UNCONFIRMED = "the cluster can't confirm what is current: ";

  private Outcomes() {}

  /**
   * Submits a command and expects that kind of reply.
   *
   * @throws Refused if the state refuses it
   * @throws Unavailable if its outcome is unknown; the same request may be sent again
   */
  static <T extends Reply> T submit(Node node, RequestId id, Command command, Class<T> kind)
      throws IOException, InterruptedException {
    try {
      Reply reply = node.proposer().submit(id, command, COMMIT_WITHIN);
      if (reply instanceof Reply.Refused refused) {
        throw new Refused(refused.reason());
      }
      return kind.cast(reply);
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Waits until this node's state holds all that anybody was told of before. An election is waited
   * for; where more than half of the voters are out of reach, that is said after two seconds.
   *
   * @throws Unavailable if more than half of the voters can't confirm that in time
   */
  static void confirm(Node node) throws Unavailable, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        node.consensus().barrier(CONFIRM_WITHIN.get(tries - 1));
        return;
      } catch (ConsensusException.NotConfirmed e) {
        Optional<String> missing = Majority.missing(node);
        if (missing.isPresent()) {
          throw new NoMajority(UNCONFIRMED + missing.get(), e);
        }
        if (tries == CONFIRM_WITHIN.size()) {
          throw new Unavailable(UNCONFIRMED + e.getMessage(), e);
        }
      }
    }
  }
}
