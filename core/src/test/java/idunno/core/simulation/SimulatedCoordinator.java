package idunno.core.simulation;

import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Coordinator;
import idunno.core.coordinator.Detail;
import idunno.core.coordinator.Effect;
import idunno.core.coordinator.Happening;
import idunno.core.coordinator.PartRule;
import idunno.core.coordinator.Scope;
import idunno.core.coordinator.UpkeepRule;
import idunno.core.files.NewFile;
import idunno.core.files.RepairPlan;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.membership.DetectionRule;
import idunno.core.membership.Member;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.Request;
import idunno.core.worker.Beat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The real coordinator in one term of office, and the loop that does what it wants done. */
final class SimulatedCoordinator {
  private static final long TICK_MS = 100;
  private static final long PATIENCE_MS = 2_500;

  /** So few that jobs of some hundred queries have several parts. */
  private static final PartRule PARTS = new PartRule(100, 4_000);

  private final Cluster cluster;
  private final SimulatedNode node;
  private final long term;
  private final Random random;
  private final Coordinator coordinator;
  private final NavigableMap<Long, Asked> asked = new TreeMap<>();
  private long tokens;
  private long lookedMs;

  private record Asked(SimulatedNode by, Beat beat) {}

  SimulatedCoordinator(Cluster cluster, SimulatedNode node, long term, Random random) {
    this.cluster = cluster;
    this.node = node;
    this.term = term;
    this.random = random;
    this.coordinator =
        new Coordinator(
            DetectionRule.DEFAULT,
            new UpkeepRule(
                UpkeepRule.DEFAULT.repairBytesPerSecond(), cluster.scenario().scale().settleMs()),
            PARTS);
  }

  long term() {
    return term;
  }

  /** Takes office. */
  void begin(Happening.Elected elected) {
    step(elected);
    tick();
  }

  private void tick() {
    if (node.isOffice(this)) {
      step(new Happening.Tick());
      ClusterState state = cluster.log().state();
      long nowMs = cluster.timeline().nowMs();
      cluster.disks().checkWhole(state, nowMs);
      if (nowMs - lookedMs >= lookEveryMs()) {
        lookedMs = nowMs;
        Scope scope = new Scope.AllJobs(lookEveryMs() == TICK_MS ? Detail.BATCHES : Detail.FIGURES);
        cluster.invariants().looked(coordinator.report(state, scope, node.nowMs()), state, nowMs);
      }
      node.later(TICK_MS, this::tick);
    }
  }

  /** A look goes through all that is in anybody's hands: the larger the cluster, the fewer. */
  private long lookEveryMs() {
    return TICK_MS * (1 + cluster.scenario().machines().size() / 200);
  }

  /** Has the disks evened out. */
  void balance(double withinPoints) {
    step(new Happening.BalanceAsked(withinPoints));
  }

  /** How that stands. */
  Balance balance() {
    return coordinator.report(cluster.log().state(), new Scope.NoJobs(), node.nowMs()).balance();
  }

  /** A beat has come in. */
  void beat(SimulatedNode from, Beat beat) {
    asked.put(++tokens, new Asked(from, beat));
    step(new Happening.BeatArrived(tokens, beat));
  }

  /** Takes a step and does what comes of it. */
  void step(Happening happening) {
    long beganNanos = Load.cpuNanos();
    List<Effect> effects = coordinator.step(cluster.log().state(), happening, node.nowMs());
    cluster.load().took(happening, Load.cpuNanos() - beganNanos);
    effects.forEach(this::carryOut);
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.AnswerBeat answer -> answer(answer);
      case Effect.Propose propose -> propose(propose.command());
      case Effect.Probe probe -> probe(probe.member());
      case Effect.CopyChunk copy -> copy(copy.copy());
      case Effect.PublishPart part -> publishPart(part);
      case Effect.Publish publish -> publish(publish.job());
      case Effect.Tell tell -> cluster.timeline().tell(node + " " + tell.event());
    }
  }

  private void answer(Effect.AnswerBeat answer) {
    Asked to = asked.remove(answer.token());
    if (to == null) {
      throw new AssertionError("an answer to a beat that nobody sent: " + answer);
    }
    cluster.network().send(to.by(), () -> to.by().answered(to.beat(), answer.answer()));
  }

  private void propose(Command command) {
    cluster
        .log()
        .propose(
            node,
            term,
            new Request(node.nextRequest(), command),
            reply -> {
              if (reply.isEmpty() && command instanceof Command.CompleteBatches complete) {
                step(
                    new Happening.ResultsUnsettled(
                        complete.results().stream().map(BatchResult::key).toList()));
              }
            });
  }

  private void probe(Member member) {
    long latencyMs = 1L + random.nextInt(40);
    cluster
        .timeline()
        .after(
            latencyMs,
            () -> {
              boolean refused = !cluster.isListening(member.name());
              node.later(1, () -> step(new Happening.ProbeEnded(member.id(), refused)));
            });
  }

  private void copy(RepairPlan.Copy copy) {
    node.later(
        20 + random.nextInt(300),
        () -> {
          boolean made =
              cluster.isListening(copy.from())
                  && cluster.isListening(copy.to())
                  && (cluster.network().isQuiet() || random.nextInt(5) > 0)
                  && cluster.disks().copy(copy.chunk().id(), copy.from(), copy.to());
          step(new Happening.CopyEnded(copy.chunk().id(), copy.to(), made));
        });
  }

  private void publish(JobId id) {
    Optional<Progress> job =
        cluster.log().state().jobs().get(id).filter(one -> one.state() == JobState.PUBLISHING);
    if (job.isEmpty()) {
      node.later(1, () -> step(new Happening.PublishEnded(id)));
      return;
    }
    Command publish =
        new Command.PublishResults(
            id, new NewFile(job.get().spec().resultFile(), 0, 0, List.of()), List.of(), 0);
    Request request = new Request(node.nextRequest(), publish);
    cluster.invariants().written(request.id(), job.get());
    write(request, _ -> step(new Happening.PublishEnded(id)));
  }

  private void publishPart(Effect.PublishPart part) {
    JobId id = part.job();
    Optional<Progress> job =
        cluster
            .log()
            .state()
            .jobs()
            .get(id)
            .filter(one -> one.awaitsPart(part.firstBatch(), part.endBatch()));
    if (job.isEmpty()) {
      node.later(1, () -> step(new Happening.PartEnded(id, false)));
      return;
    }
    Command publish =
        new Command.PublishPart(
            id,
            part.firstBatch(),
            part.endBatch(),
            new NewFile(job.get().spec().partFile(job.get().written().size() + 1), 0, 0, List.of()),
            List.of(),
            0);
    Request request = new Request(node.nextRequest(), publish);
    cluster.invariants().writtenPart(request.id(), job.get(), part.firstBatch(), part.endBatch());
    write(request, made -> step(new Happening.PartEnded(id, made)));
  }

  /** Writes a file, then proposes to make it visible. */
  private void write(Request request, Consumer<Boolean> ended) {
    long tookMs = 50L + random.nextInt(cluster.network().isQuiet() ? 400 : 5_000);
    boolean isLate = tookMs > PATIENCE_MS;
    if (isLate) {
      // Given up, but it goes on: two files are being written then.
      node.later(PATIENCE_MS, () -> ended.accept(false));
    }
    node.later(
        tookMs,
        () ->
            cluster
                .log()
                .propose(
                    node,
                    term,
                    request,
                    reply -> {
                      if (!isLate) {
                        ended.accept(reply.isPresent());
                      }
                    }));
  }
}
