package idunno.node.main;

import idunno.core.base.RequestId;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.consensus.ConsensusException;
import idunno.node.gateway.Refused;
import idunno.node.gateway.Unavailable;
import idunno.node.replica.Proposer;
import java.io.IOException;
import java.time.Duration;

/** Commands and reads of clients, with the errors that the gateway knows. */
final class Outcomes {
  private static final Duration COMMIT_WITHIN = Duration.ofSeconds(20);
  private static final Duration CONFIRM_WITHIN = Duration.ofSeconds(10);

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
   * Waits until this node's state holds all that anybody was told of before.
   *
   * @throws Unavailable if more than half of the voters can't confirm that in time
   */
  static void confirm(Node node) throws Unavailable, InterruptedException {
    try {
      node.consensus().barrier(CONFIRM_WITHIN);
    } catch (ConsensusException.NotConfirmed e) {
      throw new Unavailable("the cluster can't confirm what is current: " + e.getMessage(), e);
    }
  }
}
