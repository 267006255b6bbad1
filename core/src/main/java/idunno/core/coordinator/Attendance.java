package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.membership.DetectionRule;
import idunno.core.membership.FailureDetector;
import idunno.core.membership.FailureDetector.Verdict;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is there: heard, suspected, given up, about to leave, and yet to report to a new coordinator.
 *
 * <p>Made anew by each election; soft state, all of it.
 */
final class Attendance {
  private final DetectionRule rule;
  private final FailureDetector detector;
  private final long sinceMs;

  /** By hash, since each beat asks; nothing depends on their order. */
  private final Map<NodeId, Long> lastBeats = new LinkedHashMap<>();

  private final Set<NodeId> emptyHanded = new LinkedHashSet<>();
  private final NavigableSet<NodeId> awaited = new TreeSet<>();
  private final NavigableSet<NodeId> leaving = new TreeSet<>();
  private final NavigableSet<NodeId> failing = new TreeSet<>();

  /** Counts who begins to leave, stays after all, or is given up. */
  private long turns;

  /** Those who can run a batch, as of some change. */
  private @Nullable NavigableSet<NodeName> runners;

  private Stand runnersAsOf = new Stand(-1, -1);

  /**
   * What decides who is a source, a keeper or a runner: while it is the same, so are they.
   *
   * @param memberChanges how often the members' list has changed
   * @param turns how often somebody has begun to leave, stayed after all, or was given up
   */
  record Stand(long memberChanges, long turns) {}

  /** Nobody is known yet. */
  Attendance(DetectionRule rule, long nowMs) {
    this.rule = rule;
    this.detector = new FailureDetector(rule);
    this.sinceMs = nowMs;
  }

  /**
   * Takes over from another coordinator: all who are alive for the log are awaited, but for the one
   * that was deposed. Most elections follow a death, so that one is suspected at once.
   */
  void takeOver(ClusterState state, Optional<NodeName> deposed, long nowMs, List<Effect> effects) {
    for (Member member : state.members().alive()) {
      detector.watch(member.id(), nowMs);
      if (deposed.filter(member.name()::equals).isPresent()) {
        detector
            .connectionLost(member.id(), nowMs)
            .ifPresent(verdict -> act(state, verdict, nowMs, effects));
      } else if (member.place().slots() > 0) {
        awaited.add(member.id());
      }
    }
  }

  /**
   * Notices what the log says of members.
   *
   * @return those who are members no longer under that incarnation
   */
  List<NodeId> follow(ClusterState state, long nowMs, List<Effect> effects) {
    for (Member member : state.members().alive()) {
      if (!detector.watches(member.id()) && !failing.contains(member.id())) {
        detector.watch(member.id(), nowMs);
        effects.add(new Effect.Tell(new Event.MemberJoined(member.id())));
      }
    }
    List<NodeId> gone = new ArrayList<>();
    for (NodeId node : detector.watchedNodes()) {
      if (!state.members().isAlive(node)) {
        forget(node);
        gone.add(node);
        if (hasLeft(state, node)) {
          effects.add(new Effect.Tell(new Event.MemberLeft(node)));
        }
      }
    }
    if (failing.removeIf(node -> !state.members().isAlive(node))) {
      turns++;
    }
    return gone;
  }

  private static boolean hasLeft(ClusterState state, NodeId node) {
    return state
        .members()
        .get(node.name())
        .filter(member -> member.id().equals(node) && member.state() == MemberState.LEFT)
        .isPresent();
  }

  private void forget(NodeId node) {
    detector.forget(node);
    lastBeats.remove(node);
    markLeaving(node, false);
    emptyHanded.remove(node);
    awaited.remove(node);
  }

  /** What a node is told that isn't alive for the log. */
  static Beat.Standing standing(ClusterState state, NodeId node) {
    return hasLeft(state, node) ? Beat.Standing.RELEASED : Beat.Standing.STRANGER;
  }

  /**
   * Whether a beat counts. One that was overtaken by a later one doesn't; nor does one of a node
   * that is being given up: it is told the truth once the log has it, and what it was given until
   * then nobody would take back.
   */
  boolean counts(Beat beat) {
    return !failing.contains(beat.node())
        && beat.number() > lastBeats.getOrDefault(beat.node(), 0L);
  }

  /** A beat that counts has arrived. */
  void heard(ClusterState state, Beat beat, long nowMs, List<Effect> effects) {
    NodeId node = beat.node();
    lastBeats.put(node, beat.number());
    awaited.remove(node);
    detector.heard(node, nowMs).ifPresent(verdict -> act(state, verdict, nowMs, effects));
    markLeaving(node, beat.leaving());
    mark(emptyHanded, node, beat.held().isEmpty() && beat.finished().isEmpty());
  }

  /** Whether that is new. */
  private static boolean mark(Set<NodeId> nodes, NodeId node, boolean isOne) {
    return isOne ? nodes.add(node) : nodes.remove(node);
  }

  private void markLeaving(NodeId node, boolean leaves) {
    if (mark(leaving, node, leaves)) {
      turns++;
    }
  }

  /** A connection from a member's process broke. */
  void connectionLost(ClusterState state, NodeName name, long nowMs, List<Effect> effects) {
    state
        .members()
        .get(name)
        .flatMap(member -> detector.connectionLost(member.id(), nowMs))
        .ifPresent(verdict -> act(state, verdict, nowMs, effects));
  }

  /** How soon a live node must be heard again, so that a lost beat or two make nobody suspect. */
  int beatWithinMs() {
    return Math.clamp(rule.suspectAfterMs() / 3, 10, Beat.Answer.LATER_MS);
  }

  /** A probe found that nobody listens at the node's address. */
  void probeRefused(NodeId node) {
    detector.probeRefused(node);
  }

  /** The coordinator itself stood still: nobody is to be blamed for its silence. */
  void excuse(long nowMs) {
    detector.excuse(nowMs);
  }

  /**
   * Looks who has been silent for too long.
   *
   * @return those who are given up now
   */
  List<NodeId> judge(ClusterState state, long nowMs, List<Effect> effects) {
    List<NodeId> gone = new ArrayList<>();
    for (Verdict verdict : detector.judge(nowMs)) {
      act(state, verdict, nowMs, effects);
      if (verdict instanceof Verdict.Failed failed) {
        gone.add(failed.node());
      }
    }
    return gone;
  }

  private void act(ClusterState state, Verdict verdict, long nowMs, List<Effect> effects) {
    switch (verdict) {
      case Verdict.Suspected suspected -> {
        effects.add(new Effect.Tell(new Event.MemberSuspected(suspected.node(), suspected.why())));
        probe(state, suspected.node(), effects);
      }
      case Verdict.Doubted doubted -> probe(state, doubted.node(), effects);
      case Verdict.Cleared cleared ->
          effects.add(new Effect.Tell(new Event.MemberCleared(cleared.node())));
      case Verdict.Failed failed -> {
        forget(failed.node());
        failing.add(failed.node());
        turns++;
        effects.add(new Effect.Tell(new Event.MemberFailed(failed.node(), failed.why())));
        effects.add(new Effect.Propose(new Command.FailMember(failed.node(), nowMs)));
      }
    }
  }

  private static void probe(ClusterState state, NodeId node, List<Effect> effects) {
    state
        .members()
        .get(node.name())
        .filter(member -> member.id().equals(node))
        .ifPresent(member -> effects.add(new Effect.Probe(member)));
  }

  /** Says again who is given up, until the log has it: the first word may have been lost. */
  void insist(long nowMs, List<Effect> effects) {
    failing.forEach(node -> effects.add(new Effect.Propose(new Command.FailMember(node, nowMs))));
  }

  /**
   * Whether it is known who holds which batch: all who are awaited have reported, or have had the
   * time in which a dead one is found out.
   */
  boolean isComplete(long nowMs) {
    return awaited.isEmpty() || nowMs - sinceMs >= rule.failAfterMs();
  }

  /** As of which changes the answers below are given. */
  Stand stand(ClusterState state) {
    return new Stand(state.memberChanges(), turns);
  }

  /** Those who can be read from: alive, as far as is known. */
  NavigableSet<NodeName> sources(ClusterState state) {
    NavigableSet<NodeName> names = state.members().aliveNames();
    failing.forEach(node -> names.remove(node.name()));
    return names;
  }

  /** Those whose replicas count: alive, and staying. */
  NavigableSet<NodeName> keepers(ClusterState state) {
    NavigableSet<NodeName> names = sources(state);
    leaving.forEach(node -> names.remove(node.name()));
    return names;
  }

  /** Those who can be asked to run a batch: with slots, and staying. */
  NavigableSet<NodeName> runners(ClusterState state) {
    NavigableSet<NodeName> known = runners;
    if (known == null || !runnersAsOf.equals(stand(state))) {
      known = keepers(state);
      for (Member member : state.members().alive()) {
        if (member.place().slots() == 0) {
          known.remove(member.name());
        }
      }
      runners = known;
      runnersAsOf = stand(state);
    }
    return Collections.unmodifiableNavigableSet(known);
  }

  /** Those who want to leave and have no batch in hand. */
  List<NodeId> readyToLeave() {
    return leaving.stream().filter(emptyHanded::contains).toList();
  }

  /** Whether nobody who counts is silent just now. */
  boolean suspectsNobody(ClusterState state) {
    return failing.isEmpty()
        && state.members().alive().stream().noneMatch(one -> detector.isSuspect(one.id()));
  }

  /** Who is suspected, and since when. */
  FailureDetector detector() {
    return detector;
  }
}
