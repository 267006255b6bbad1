package idunno.node.main;

import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusException;
import idunno.node.replica.Log;
import java.time.Duration;

/** The replicated log, by Ratis. */
final class ClusterLog implements Log {
  private final Consensus consensus;

  ClusterLog(Consensus consensus) {
    this.consensus = consensus;
  }

  @Override
  public byte[] submit(byte[] entry, Duration timeout)
      throws Unsettled, Rejected, InterruptedException {
    try {
      return consensus.submit(entry, timeout);
    } catch (ConsensusException.OutcomeUnknown e) {
      throw new Unsettled(String.valueOf(e.getMessage()), e);
    } catch (ConsensusException.NotSubmitted e) {
      throw new Rejected(String.valueOf(e.getMessage()), e);
    }
  }
}
