package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.RepairPlan;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.membership.DetectionRule;
import idunno.core.membership.FailureDetector;
import idunno.core.membership.FailureDetector.Verdict;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides for the cluster: who lives, who runs which batch, what is copied where.
 *
 * <p>{@link #step} takes the cluster's state, what happened and the time, and returns what is to be
 * done; it does nothing itself. What was promised is in the {@link ClusterState} and survives; all
 * that is kept here is soft and is rebuilt from the workers' beats after a change of coordinator.
 *
 * <p>The price at fail-over: until every member has beaten once, or is given up, no new batches are
 * handed out, since it isn't known who holds which. The workers' waiting batches bridge that.
 *
 * <p>Not thread-safe: one loop calls it.
 */
public final class Coordinator {
  private static final int MAX_COPIES_AT_ONCE = 8;
  private static final long REPAIR_EVERY_MS = 500;

  private final DetectionRule rule;
  private boolean active;
  private long term;
  private long electedMs;
  private long steppedMs;
  private long repairedMs;
  private long followedChanges = -1;
  private FailureDetector detector;
  private Dispatcher dispatcher = new Dispatcher();
  private final NavigableMap<NodeId, Long> lastBeats = new TreeMap<>();
  private final NavigableSet<NodeId> leaving = new TreeSet<>();
  private final NavigableSet<NodeId> emptyHanded = new TreeSet<>();
  private final NavigableSet<NodeId> awaited = new TreeSet<>();
  private final NavigableSet<JobId> seenJobs = new TreeSet<>();
  private final NavigableSet<JobId> publishing = new TreeSet<>();
  private final NavigableSet<NodeId> failing = new TreeSet<>();
  private final NavigableMap<Copying, Long> copying = new TreeMap<>();

  private record Copying(ChunkId chunk, NodeName to) implements Comparable<Copying> {
    @Override
    public int compareTo(Copying other) {
      int byChunk = chunk.compareTo(other.chunk);
      return byChunk != 0 ? byChunk : to.compareTo(other.to);
    }
  }

  /** A coordinator that isn't elected yet. */
  public Coordinator(DetectionRule rule) {
    this.rule = rule;
    this.detector = new FailureDetector(rule);
  }

  /**
   * Takes one step.
   *
   * @param state the cluster's state; it is read, never changed
   * @param happening what happened
   * @param nowMs the time, milliseconds since 1970, never going back
   * @return what is to be done, in order
   */
  public List<Effect> step(ClusterState state, Happening happening, long nowMs) {
    List<Effect> effects = new ArrayList<>();
    if (!active && !(happening instanceof Happening.Elected)) {
      return effects;
    }
    if (active && nowMs - steppedMs > rule.suspectAfterMs()) {
      detector.excuse(nowMs);
    }
    steppedMs = nowMs;
    switch (happening) {
      case Happening.Elected elected -> elected(state, elected, nowMs, effects);
      case Happening.Deposed ignored -> {
        active = false;
        effects.add(new Effect.Tell(new Event.CoordinatorDeposed()));
      }
      case Happening.BeatArrived arrived -> {
        follow(state, nowMs, effects);
        beat(state, arrived, nowMs, effects);
      }
      case Happening.ConnectionLost lost ->
          state
              .members()
              .get(lost.node())
              .flatMap(member -> detector.connectionLost(member.id(), nowMs))
              .ifPresent(verdict -> act(state, verdict, nowMs, effects));
      case Happening.ProbeEnded probe -> {
        if (probe.refused()) {
          detector.probeRefused(probe.node());
        }
        judge(state, nowMs, effects);
      }
      case Happening.CopyEnded ended -> {
        copying.remove(new Copying(ended.chunk(), ended.to()));
        if (ended.made()) {
          effects.add(new Effect.Propose(new Command.AddReplica(ended.chunk(), ended.to())));
        }
      }
      case Happening.PublishEnded ended -> publishing.remove(ended.job());
      case Happening.ResultsUnsettled unsettled ->
          unsettled.batches().forEach(key -> dispatcher.unsettle(state.jobs(), key));
      case Happening.Tick ignored -> tick(state, nowMs, effects);
    }
    return effects;
  }

  private void elected(
      ClusterState state, Happening.Elected elected, long nowMs, List<Effect> effects) {
    active = true;
    term = elected.term();
    electedMs = nowMs;
    repairedMs = nowMs;
    followedChanges = -1;
    detector = new FailureDetector(rule);
    dispatcher = new Dispatcher();
    lastBeats.clear();
    leaving.clear();
    emptyHanded.clear();
    awaited.clear();
    seenJobs.clear();
    publishing.clear();
    failing.clear();
    copying.clear();
    for (Member member : state.members().alive()) {
      detector.watch(member.id(), nowMs);
      boolean wasDeposed = elected.deposed().filter(member.name()::equals).isPresent();
      if (wasDeposed) {
        // Most elections follow a death: don't wait for the silence to grow long.
        detector
            .connectionLost(member.id(), nowMs)
            .ifPresent(verdict -> act(state, verdict, nowMs, effects));
      } else if (member.place().slots() > 0) {
        awaited.add(member.id());
      }
    }
    state.jobs().all().forEach(job -> seenJobs.add(job.spec().id()));
    dispatcher.follow(state.jobs());
    effects.add(new Effect.Tell(new Event.CoordinatorChanged(term)));
  }

  /** Notices what the log brought since the last step. */
  private void follow(ClusterState state, long nowMs, List<Effect> effects) {
    if (state.changes() == followedChanges) {
      return;
    }
    followedChanges = state.changes();
    for (Member member : state.members().alive()) {
      if (!detector.watches(member.id()) && !failing.contains(member.id())) {
        detector.watch(member.id(), nowMs);
        effects.add(new Effect.Tell(new Event.MemberJoined(member.id())));
      }
    }
    for (NodeId node : detector.watchedNodes()) {
      if (!state.members().isAlive(node)) {
        forget(state, node);
        state
            .members()
            .get(node.name())
            .filter(member -> member.id().equals(node) && member.state() == MemberState.LEFT)
            .ifPresent(member -> effects.add(new Effect.Tell(new Event.MemberLeft(node))));
      }
    }
    failing.removeIf(node -> !state.members().isAlive(node));
    dispatcher.follow(state.jobs());
    for (Progress job : state.jobs().all()) {
      if (seenJobs.add(job.spec().id())) {
        effects.add(
            new Effect.Tell(
                new Event.JobReceived(
                    job.spec().id(), job.spec().model().toString(), job.spec().range())));
      }
    }
  }

  private void forget(ClusterState state, NodeId node) {
    detector.forget(node);
    lastBeats.remove(node);
    leaving.remove(node);
    emptyHanded.remove(node);
    awaited.remove(node);
    for (BatchKey key : dispatcher.givenTo(node, Long.MAX_VALUE)) {
      dispatcher.takeBack(state.jobs(), key, node);
    }
  }

  private void beat(
      ClusterState state, Happening.BeatArrived arrived, long nowMs, List<Effect> effects) {
    Beat beat = arrived.beat();
    NodeId node = beat.node();
    if (!state.members().isAlive(node)) {
      effects.add(
          new Effect.AnswerBeat(arrived.token(), Beat.Answer.nothing(standing(state, node))));
      return;
    }
    if (failing.contains(node) || beat.number() <= lastBeats.getOrDefault(node, 0L)) {
      // A failing one is told the truth once the log has it; what it was given until then nobody
      // would take back.
      effects.add(
          new Effect.AnswerBeat(arrived.token(), Beat.Answer.nothing(Beat.Standing.MEMBER)));
      return;
    }
    lastBeats.put(node, beat.number());
    awaited.remove(node);
    detector.heard(node, nowMs).ifPresent(verdict -> act(state, verdict, nowMs, effects));
    mark(leaving, node, beat.leaving());
    mark(emptyHanded, node, beat.held().isEmpty() && beat.finished().isEmpty());

    NavigableSet<BatchKey> listed = new TreeSet<>();
    List<BatchKey> cancelled = new ArrayList<>();
    for (Beat.Held held : beat.held()) {
      listed.add(held.key());
      var claim = new Dispatcher.Given(node, beat.number() - 1, held.running(), held.sinceMs());
      if (!isWanted(state, held.key()) || !dispatcher.holds(held.key(), claim)) {
        cancelled.add(held.key());
      }
    }
    List<BatchKey> settled = takeResults(state, beat, nowMs, listed, effects);
    takeRefusals(state, beat, nowMs, listed, effects);
    for (BatchKey key : dispatcher.givenTo(node, beat.number())) {
      if (!listed.contains(key)) {
        // It was given in an answer that never arrived, or handed back.
        dispatcher.takeBack(state.jobs(), key, node);
        effects.add(new Effect.Tell(new Event.BatchReturned(key, node, "not on its desk")));
      }
    }
    effects.add(
        new Effect.AnswerBeat(
            arrived.token(),
            new Beat.Answer(
                assign(state, beat, nowMs, effects), settled, cancelled, Beat.Standing.MEMBER)));
  }

  private static void mark(NavigableSet<NodeId> nodes, NodeId node, boolean isOne) {
    if (isOne) {
      nodes.add(node);
    } else {
      nodes.remove(node);
    }
  }

  private static Beat.Standing standing(ClusterState state, NodeId node) {
    return state
        .members()
        .get(node.name())
        .filter(member -> member.id().equals(node) && member.state() == MemberState.LEFT)
        .map(member -> Beat.Standing.RELEASED)
        .orElse(Beat.Standing.STRANGER);
  }

  private static boolean isWanted(ClusterState state, BatchKey key) {
    return state
        .jobs()
        .get(key.job())
        .filter(job -> job.state() == JobState.RUNNING)
        .filter(job -> key.number() >= 0 && key.number() < job.spec().batches())
        .filter(job -> !job.isDone(key.number()))
        .isPresent();
  }

  private List<BatchKey> takeResults(
      ClusterState state,
      Beat beat,
      long nowMs,
      NavigableSet<BatchKey> listed,
      List<Effect> effects) {
    List<BatchKey> settled = new ArrayList<>();
    List<BatchResult> fresh = new ArrayList<>();
    for (BatchResult result : beat.finished()) {
      listed.add(result.key());
      if (!isWanted(state, result.key())) {
        settled.add(result.key());
        if (!committedFrom(state, result)) {
          effects.add(new Effect.Tell(new Event.DuplicateDropped(result.key(), beat.node())));
        }
      } else if (!specOf(state, result.key()).fits(result)) {
        String reason = "its result has " + result.results().size() + " answers";
        settled.add(result.key());
        refuse(state, result.key(), beat.node(), reason, nowMs, effects);
      } else if (dispatcher.propose(result.key())) {
        fresh.add(result);
        effects.add(new Effect.Tell(new Event.BatchCompleted(result.key(), beat.node())));
      }
    }
    if (!fresh.isEmpty()) {
      effects.add(new Effect.Propose(new Command.CompleteBatches(fresh, nowMs)));
    }
    return settled;
  }

  private static JobSpec specOf(ClusterState state, BatchKey key) {
    return state.jobs().get(key.job()).orElseThrow().spec();
  }

  private static boolean committedFrom(ClusterState state, BatchResult result) {
    return state
        .jobs()
        .get(result.key().job())
        .flatMap(job -> job.recordOf(result.key().number()))
        .filter(batch -> batch.node().name().equals(result.node().name()))
        .isPresent();
  }

  private void takeRefusals(
      ClusterState state,
      Beat beat,
      long nowMs,
      NavigableSet<BatchKey> listed,
      List<Effect> effects) {
    for (Beat.Returned returned : beat.returned()) {
      listed.add(returned.key());
      if (isWanted(state, returned.key())) {
        refuse(state, returned.key(), beat.node(), returned.reason(), nowMs, effects);
      }
    }
  }

  private void refuse(
      ClusterState state,
      BatchKey key,
      NodeId node,
      String reason,
      long nowMs,
      List<Effect> effects) {
    if (!dispatcher.isGivenTo(key, node)) {
      // Said again since the answer was lost: another may be at it by now.
      return;
    }
    effects.add(new Effect.Tell(new Event.BatchReturned(key, node, reason)));
    if (dispatcher.refused(key, node.name(), runners(state)) && dispatcher.propose(key)) {
      effects.add(
          new Effect.Propose(
              new Command.CompleteBatches(
                  List.of(failed(state, key, node, reason, nowMs)), nowMs)));
    } else {
      dispatcher.takeBack(state.jobs(), key, node);
    }
  }

  private static BatchResult failed(
      ClusterState state, BatchKey key, NodeId node, String reason, long nowMs) {
    int queries = specOf(state, key).sizeOf(key.number());
    return new BatchResult(
        key,
        node,
        nowMs,
        nowMs,
        Collections.nCopies(queries, new QueryResult.Failed("no node could run it: " + reason)),
        Collections.nCopies(queries, new Timing(0, 0, 0)));
  }

  private List<Assignment> assign(ClusterState state, Beat beat, long nowMs, List<Effect> effects) {
    List<Assignment> assigned = new ArrayList<>();
    if (!awaited.isEmpty() && nowMs - electedMs < rule.failAfterMs()) {
      return assigned;
    }
    NavigableSet<NodeName> runners = runners(state);
    while (assigned.size() < beat.wants()) {
      Optional<Assignment> next =
          dispatcher.next(state.jobs(), beat.node(), beat.number(), runners, nowMs);
      if (next.isEmpty()) {
        break;
      }
      assigned.add(next.get());
      effects.add(
          new Effect.Tell(
              new Event.BatchScheduled(next.get().key(), next.get().queries(), beat.node())));
    }
    return assigned;
  }

  private void tick(ClusterState state, long nowMs, List<Effect> effects) {
    follow(state, nowMs, effects);
    judge(state, nowMs, effects);
    for (Progress job : state.jobs().all()) {
      if (job.state() == JobState.PUBLISHING && publishing.add(job.spec().id())) {
        effects.add(
            new Effect.Tell(
                new Event.JobCompleted(job.spec().id(), job.finished(), job.failures())));
        effects.add(new Effect.Publish(job.spec().id()));
      }
    }
    if (nowMs - repairedMs >= REPAIR_EVERY_MS) {
      repairedMs = nowMs;
      repair(state, nowMs, effects);
      release(state, nowMs, effects);
      // Said again until the log has it: the first word may have been lost.
      failing.forEach(node -> effects.add(new Effect.Propose(new Command.FailMember(node, nowMs))));
    }
  }

  private void judge(ClusterState state, long nowMs, List<Effect> effects) {
    detector.judge(nowMs).forEach(verdict -> act(state, verdict, nowMs, effects));
  }

  private void act(ClusterState state, Verdict verdict, long nowMs, List<Effect> effects) {
    switch (verdict) {
      case Verdict.Suspected suspected -> {
        effects.add(new Effect.Tell(new Event.MemberSuspected(suspected.node(), suspected.why())));
        state
            .members()
            .get(suspected.node().name())
            .ifPresent(member -> effects.add(new Effect.Probe(member)));
      }
      case Verdict.Cleared cleared ->
          effects.add(new Effect.Tell(new Event.MemberCleared(cleared.node())));
      case Verdict.Failed failed -> {
        failing.add(failed.node());
        forget(state, failed.node());
        effects.add(new Effect.Tell(new Event.MemberFailed(failed.node(), failed.why())));
        effects.add(new Effect.Propose(new Command.FailMember(failed.node(), nowMs)));
      }
    }
  }

  private void repair(ClusterState state, long nowMs, List<Effect> effects) {
    NavigableSet<NodeName> sources = state.members().aliveNames();
    failing.forEach(node -> sources.remove(node.name()));
    List<RepairPlan.Copy> plan =
        RepairPlan.missing(state.files().chunks(), keepers(state), sources, 2 * MAX_COPIES_AT_ONCE);
    for (RepairPlan.Copy copy : plan) {
      Copying one = new Copying(copy.chunk().id(), copy.to());
      if (copying.size() < MAX_COPIES_AT_ONCE && copying.putIfAbsent(one, nowMs) == null) {
        effects.add(
            new Effect.Tell(new Event.CopyStarted(copy.chunk().id(), copy.from(), copy.to())));
        effects.add(new Effect.CopyChunk(copy));
      }
    }
  }

  private void release(ClusterState state, long nowMs, List<Effect> effects) {
    for (NodeId node : leaving) {
      if (emptyHanded.contains(node)
          && RepairPlan.canSpare(node.name(), state.files().chunks(), keepers(state))) {
        effects.add(new Effect.Propose(new Command.ReleaseMember(node, nowMs)));
      }
    }
  }

  private NavigableSet<NodeName> keepers(ClusterState state) {
    NavigableSet<NodeName> keepers = state.members().aliveNames();
    failing.forEach(node -> keepers.remove(node.name()));
    leaving.forEach(node -> keepers.remove(node.name()));
    return keepers;
  }

  /** Those who can be asked to run a batch: with slots, and staying. */
  private NavigableSet<NodeName> runners(ClusterState state) {
    NavigableSet<NodeName> runners = keepers(state);
    for (Member member : state.members().alive()) {
      if (member.place().slots() == 0) {
        runners.remove(member.name());
      }
    }
    return runners;
  }

  /**
   * What is known now, for statistics and lists.
   *
   * @param history whether the committed batches are wanted too; a long job has many
   */
  public Report report(ClusterState state, boolean history, long nowMs) {
    return Report.of(state, detector, dispatcher.given(), term, history, nowMs);
  }
}
