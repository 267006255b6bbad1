package idunno.node.main;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Scope;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.gateway.NoMajority;
import idunno.node.gateway.Unavailable;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the coordinator knows, asked of whichever node that is. */
final class Reports {
  private static final Duration WITHIN = Duration.ofSeconds(3);
  private static final long PATIENCE_MS = 8_000;
  private static final long RETRY_MS = 100;

  /** After so long the voters are asked whether they are there at all. */
  private static final long LOOK_AFTER_MS = 1_000;

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
  static Report of(Node node, Scope scope) throws IOException, InterruptedException {
    return patiently(node, () -> once(node, scope));
  }

  /**
   * Has the coordinator even out the disks.
   *
   * @throws Unavailable if there is no coordinator for longer than an election takes
   */
  static void balance(Node node, double withinPoints) throws IOException, InterruptedException {
    patiently(node, () -> balanceOnce(node, withinPoints));
  }

  private static <T> T patiently(Node node, Question<T> question)
      throws IOException, InterruptedException {
    long beganNanos = System.nanoTime();
    long lookMs = LOOK_AFTER_MS;
    IOException last;
    long triedMs;
    do {
      try {
        return question.ask();
      } catch (IOException e) {
        last = e;
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
      triedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
      if (triedMs > lookMs) {
        lookMs = triedMs + LOOK_AFTER_MS;
        Optional<String> missing = Majority.missing(node);
        if (missing.isPresent()) {
          throw new NoMajority("no coordinator answers: " + missing.get(), last);
        }
      }
    } while (triedMs < PATIENCE_MS);
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

  private static Report once(Node node, Scope scope) throws IOException, InterruptedException {
    if (node.coordinator().leads()) {
      try {
        return node.coordinator().report(scope);
      } catch (CoordinatorLoop.NotCoordinator e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return node.peers()
        .expect(
            node.compass().coordinatorPeer(),
            new PeerRequest.AskReport(scope),
            PeerReply.Reported.class,
            WITHIN)
        .report();
  }
}
