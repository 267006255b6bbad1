package idunno.node.consensus;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings Ratis's notifications, which come from several of its threads and inside its locks, in
 * order to the listener, on one thread that may block.
 */
final class Events implements AutoCloseable {
  private final ConsensusListener listener;
  private final ExecutorService thread;
  // Only the thread of the events uses these.
  private long leadingTerm = -1;
  private boolean stopped;

  Events(String name, ConsensusListener listener) {
    this.listener = listener;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("consensus-events-" + name).factory());
  }

  /**
   * @param stillLeads asked when the listener's turn comes: the end of a leadership that never
   *     became ready may have been told before its beginning
   */
  void becameLeader(long term, LongPredicate stillLeads) {
    later(
        () -> {
          if (leadingTerm < 0 && stillLeads.test(term)) {
            leadingTerm = term;
            listener.becameLeader(term);
          }
        });
  }

  void lostLeadership() {
    later(
        () -> {
          if (leadingTerm >= 0) {
            long term = leadingTerm;
            leadingTerm = -1;
            listener.lostLeadership(term);
          }
        });
  }

  void leaderChanged(String leaderId, long term) {
    later(() -> listener.leaderChanged(leaderId, term));
  }

  void stopped(String reason, @Nullable Throwable cause) {
    later(
        () -> {
          if (!stopped) {
            stopped = true;
            listener.stopped(reason, cause);
          }
        });
  }

  private void later(Runnable event) {
    try {
      thread.execute(event);
    } catch (RejectedExecutionException closed) {
      // Closed: nobody listens any more.
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
