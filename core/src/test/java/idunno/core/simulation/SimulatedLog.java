package idunno.core.simulation;

import idunno.core.base.RequestId;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The replicated log, reduced to what it promises: one order of requests, each applied some time
 * after it was proposed. What is under way while the coordinator changes may be applied or lost,
 * and its proposer doesn't learn which.
 */
final class SimulatedLog {
  private static final long ASK_AGAIN_MS = 300;
  private static final long PATIENCE_MS = 500;

  /** Is told of each request that was applied. */
  interface Watcher {
    void applied(Request request, Reply reply);
  }

  private final Cluster cluster;
  private final Random random;
  private final ClusterState state = new ClusterState();
  private final Watcher watcher;

  SimulatedLog(Cluster cluster, Random random, Watcher watcher) {
    this.cluster = cluster;
    this.random = random;
    this.watcher = watcher;
  }

  ClusterState state() {
    return state;
  }

  /**
   * Proposes once. It may be applied, now or after the proposer lost patience, or not at all.
   *
   * @param term the term of the coordinator that the proposer believes in
   * @param ended told of the reply, or of nothing where the outcome is unknown; not called if the
   *     proposer dies meanwhile
   */
  void propose(
      SimulatedNode proposer, long term, Request request, Consumer<Optional<Reply>> ended) {
    boolean noisy = !cluster.network().isQuiet();
    boolean slow = noisy && random.nextInt(cluster.network().isStormy() ? 2 : 6) == 0;
    boolean isHiccup = noisy && random.nextInt(30) == 0;
    boolean isDeaf = noisy && random.nextInt(30) == 0;
    long latencyMs = slow ? random.nextInt(1_500) : 2 + random.nextInt(25);
    boolean isLate = latencyMs > PATIENCE_MS;
    if (isLate) {
      proposer.later(PATIENCE_MS, () -> ended.accept(Optional.empty()));
    }
    cluster
        .timeline()
        .after(
            latencyMs,
            () -> {
              boolean isCertain = cluster.isLedIn(term) && !isHiccup;
              Optional<Reply> reply =
                  isCertain || random.nextBoolean()
                      ? Optional.of(apply(request))
                      : Optional.empty();
              if (!isLate) {
                proposer.later(
                    1, () -> ended.accept(isCertain && !isDeaf ? reply : Optional.empty()));
              }
            });
  }

  /** Asks until there is a reply, with the same request each time. */
  void ask(SimulatedNode asker, Command command, Consumer<Reply> answered) {
    askAgain(asker, new Request(asker.nextRequest(), command), answered);
  }

  private void askAgain(SimulatedNode asker, Request request, Consumer<Reply> answered) {
    propose(
        asker,
        cluster.term(),
        request,
        reply ->
            reply.ifPresentOrElse(
                answered,
                () -> asker.later(ASK_AGAIN_MS, () -> askAgain(asker, request, answered))));
  }

  /** Applies a command at once, before the run begins. */
  Reply prepare(long sequence, Command command) {
    return apply(new Request(new RequestId("preparation", sequence), command));
  }

  private Reply apply(Request request) {
    Reply reply = state.apply(request);
    state.takeFreed();
    watcher.applied(request, reply);
    return reply;
  }
}
