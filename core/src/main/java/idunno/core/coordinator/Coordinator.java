package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Progress;
import idunno.core.membership.DetectionRule;
import idunno.core.state.ClusterState;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

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
  private final DetectionRule rule;
  private final UpkeepRule upkeepRule;
  private final PartRule partRule;
  private boolean active;
  private long term;
  private long steppedMs;
  private long followedMemberChanges;
  private long followedJobTurns;
  private Attendance attendance;
  private Dispatcher dispatcher = new Dispatcher();
  private RoomBook rooms = new RoomBook();
  private Upkeep upkeep;
  private Scribe scribe;
  private GroupCommit commit = new GroupCommit();
  private final NavigableMap<JobId, Integer> seenRounds = new TreeMap<>();

  /** A coordinator that isn't elected yet, with the usual parts of results. */
  public Coordinator(DetectionRule rule, UpkeepRule upkeepRule) {
    this(rule, upkeepRule, PartRule.DEFAULT);
  }

  /** A coordinator that isn't elected yet. */
  public Coordinator(DetectionRule rule, UpkeepRule upkeepRule, PartRule partRule) {
    this.rule = rule;
    this.upkeepRule = upkeepRule;
    this.partRule = partRule;
    this.scribe = new Scribe(partRule);
    this.attendance = new Attendance(rule, 0);
    this.upkeep = new Upkeep(upkeepRule, 0);
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
      attendance.excuse(nowMs);
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
        Beat.Answer answer = answer(state, arrived.beat(), nowMs, effects);
        effects.add(new Effect.AnswerBeat(arrived.token(), answer));
      }
      case Happening.ConnectionLost lost ->
          attendance.connectionLost(state, lost.node(), nowMs, effects);
      case Happening.ProbeEnded probe -> {
        if (probe.refused()) {
          attendance.probeRefused(probe.node());
        }
        judge(state, nowMs, effects);
      }
      case Happening.CopyEnded ended -> upkeep.copied(state, ended, nowMs, effects);
      case Happening.BalanceAsked asked -> upkeep.balance(asked.withinPoints(), nowMs);
      case Happening.PartEnded ended -> scribe.partEnded(ended.job(), ended.made(), nowMs);
      case Happening.PublishEnded ended -> scribe.publishEnded(ended.job());
      case Happening.ResultsUnsettled unsettled ->
          unsettled.batches().forEach(key -> dispatcher.custody().unsettle(state, key));
      case Happening.Tick ignored -> {
        follow(state, nowMs, effects);
        judge(state, nowMs, effects);
        commit.tick(nowMs, effects);
        scribe.tick(state, nowMs, effects);
        upkeep.tick(state, attendance, rooms, nowMs, effects);
      }
    }
    return effects;
  }

  private void elected(
      ClusterState state, Happening.Elected elected, long nowMs, List<Effect> effects) {
    active = true;
    term = elected.term();
    followedMemberChanges = -1;
    followedJobTurns = -1;
    attendance = new Attendance(rule, nowMs);
    dispatcher = new Dispatcher();
    rooms = new RoomBook();
    upkeep = new Upkeep(upkeepRule, nowMs);
    scribe = new Scribe(partRule);
    commit = new GroupCommit();
    seenRounds.clear();
    attendance.takeOver(state, elected.deposed(), nowMs, effects);
    state.jobs().all().forEach(job -> seenRounds.put(job.spec().id(), roundsOf(job)));
    dispatcher.follow(state, nowMs);
    effects.add(new Effect.Tell(new Event.CoordinatorChanged(term)));
  }

  /** Notices what the log brought since the last step. */
  private void follow(ClusterState state, long nowMs, List<Effect> effects) {
    if (state.memberChanges() != followedMemberChanges) {
      followedMemberChanges = state.memberChanges();
      takeBackAll(state, attendance.follow(state, nowMs, effects));
    }
    if (state.jobTurns() != followedJobTurns) {
      followedJobTurns = state.jobTurns();
      followJobs(state, nowMs, effects);
    }
  }

  private void followJobs(ClusterState state, long nowMs, List<Effect> effects) {
    dispatcher.follow(state, nowMs);
    seenRounds.keySet().removeIf(id -> state.jobs().get(id).isEmpty());
    for (Progress job : state.jobs().all()) {
      Integer seen = seenRounds.put(job.spec().id(), roundsOf(job));
      if (seen == null) {
        effects.add(
            new Effect.Tell(
                new Event.JobReceived(
                    job.spec().id(), job.spec().model().toString(), job.spec().range())));
      } else if (seen < roundsOf(job)) {
        effects.add(
            new Effect.Tell(
                new Event.JobRetried(
                    job.spec().id(), job.cut().again().getLast().queries().size())));
      }
    }
  }

  private static int roundsOf(Progress job) {
    return job.cut().again().size();
  }

  private void takeBackAll(ClusterState state, List<NodeId> gone) {
    for (NodeId node : gone) {
      rooms.forget(node.name());
      dispatcher.forget(state, node);
    }
  }

  private Beat.Answer answer(ClusterState state, Beat beat, long nowMs, List<Effect> effects) {
    if (!state.members().isAlive(beat.node())) {
      return Beat.Answer.nothing(Attendance.standing(state, beat.node()));
    }
    if (!attendance.counts(beat)) {
      return Beat.Answer.nothing(Beat.Standing.MEMBER);
    }
    attendance.heard(state, beat, nowMs, effects);
    rooms.heard(beat.node().name(), beat.room());
    boolean isComplete = attendance.isComplete(nowMs);
    return new Intake(state, dispatcher, attendance.runners(state), commit, beat, nowMs, effects)
        .take(
            isComplete,
            isComplete ? rooms.news(beat.roomsKnown()) : Optional.empty(),
            attendance.beatWithinMs());
  }

  private void judge(ClusterState state, long nowMs, List<Effect> effects) {
    takeBackAll(state, attendance.judge(state, nowMs, effects));
  }

  /**
   * What is known now, for statistics and lists.
   *
   * @param scope which jobs it shall tell of
   */
  public Report report(ClusterState state, Scope scope, long nowMs) {
    return Report.of(
        state,
        attendance.detector(),
        dispatcher,
        rooms.latest().byNode(),
        upkeep.balance(),
        term,
        scope,
        nowMs);
  }
}
