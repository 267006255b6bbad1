package idunno.node.main;

import idunno.core.coordinator.Report;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.gateway.Unavailable;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What the coordinator knows, asked of whichever node that is. */
final class Reports {
  private static final Duration WITHIN = Duration.ofSeconds(3);
  private static final long PATIENCE_MS = 8_000;
  private static final long RETRY_MS = 100;

  private Reports() {}

  /** Something that only the coordinator does. */
  private interface Question<T> {
    T ask() throws IOException, InterruptedException;
  }

  /**
   * The coordinator's report; while it is being replaced, its successor's.
   *
   * @throws Unavailable if there is no coordinator for longer than an election takes
   */
  static Report of(Node node, boolean history) throws IOException, InterruptedException {
    return patiently(() -> once(node, history));
  }

  /**
   * Has the coordinator even out the disks.
   *
   * @throws Unavailable if there is no coordinator for longer than an election takes
   */
  static void balance(Node node, double withinPoints) throws IOException, InterruptedException {
    patiently(() -> balanceOnce(node, withinPoints));
  }

  private static <T> T patiently(Question<T> question) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    IOException last;
    do {
      try {
        return question.ask();
      } catch (IOException e) {
        last = e;
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    } while (System.nanoTime() < deadlineNanos);
    throw new Unavailable("no coordinator answers: " + last.getMessage(), last);
  }

  private static PeerReply balanceOnce(Node node, double withinPoints) throws IOException {
    if (node.coordinator().leads()) {
      try {
        node.coordinator().balance(withinPoints);
        return new PeerReply.Done();
      } catch (CoordinatorLoop.NotCoordinator e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return node.peers()
        .expect(
            node.compass().coordinatorPeer(),
            new PeerRequest.EvenOut(withinPoints),
            PeerReply.Done.class,
            WITHIN);
  }

  private static Report once(Node node, boolean history) throws IOException, InterruptedException {
    if (node.coordinator().leads()) {
      try {
        return node.coordinator().report(history);
      } catch (CoordinatorLoop.NotCoordinator e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return node.peers()
        .expect(
            node.compass().coordinatorPeer(),
            new PeerRequest.AskReport(history),
            PeerReply.Reported.class,
            WITHIN)
        .report();
  }
}
