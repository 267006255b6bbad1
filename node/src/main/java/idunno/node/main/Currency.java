package idunno.node.main;

import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Has this node's state confirmed every other second, so that it can say how old it may be when
 * nobody can confirm anything any more. A confirmation is one short question to the coordinator.
 */
final class Currency implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration WITHIN = Duration.ofMillis(1_500);

  private final Consensus consensus;
  private final Thread thread;

  Currency(Consensus consensus) {
    this.consensus = consensus;
    this.thread = Thread.ofVirtual().name("currency").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        OptionalLong staleMs = consensus.staleMs();
        if (staleMs.isEmpty() || staleMs.getAsLong() > EVERY.toMillis() / 2) {
          confirm();
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void confirm() throws InterruptedException {
    try {
      consensus.barrier(WITHIN);
    } catch (ConsensusException.NotConfirmed e) {
      // The state's age grows meanwhile, which is what is told.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
