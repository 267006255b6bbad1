package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.DiskRooms;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Phase;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.state.ClusterState;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Goes through one beat: what its worker holds, has finished, gives back and wants. Made for the
 * beat, and gone with its answer.
 */
final class Intake {
  private final ClusterState state;
  private final Dispatcher dispatcher;
  private final Custody custody;
  private final NavigableSet<NodeName> runners;
  private final GroupCommit commit;
  private final Beat beat;
  private final long nowMs;
  private final List<Effect> effects;
  private int held;
  private final NavigableSet<JobId> touched = new TreeSet<>();
  private final List<BatchKey> settled = new ArrayList<>();
  private final List<BatchKey> cancelled = new ArrayList<>();

  /**
   * An intake.
   *
   * @param runners those who can be asked to run a batch
   * @param commit the results to be committed are added here
   * @param effects what is to be done is added here
   */
  Intake(
      ClusterState state,
      Dispatcher dispatcher,
      NavigableSet<NodeName> runners,
      GroupCommit commit,
      Beat beat,
      long nowMs,
      List<Effect> effects) {
    this.state = state;
    this.dispatcher = dispatcher;
    this.custody = dispatcher.custody();
    this.runners = runners;
    this.commit = commit;
    this.beat = beat;
    this.nowMs = nowMs;
    this.effects = effects;
  }

  /**
   * Takes what the beat says.
   *
   * @param mayAssign whether new work may be given out
   * @param rooms the nodes' disks, where the worker has yet to be told
   * @param againWithinMs how soon the worker must beat again in any case
   */
  Beat.Answer take(boolean mayAssign, Optional<DiskRooms> rooms, int againWithinMs) {
    dispatcher.heard(state, beat.node().name(), beat.paces(), nowMs);
    takeHeld();
    takeResults();
    takeRefusals();
    takeBackUnlisted();
    if (isToBeCommittedNow()) {
      commit.propose(nowMs, effects);
    }
    List<Assignment> assigned = mayAssign && isInferring() ? assign() : List.of();
    List<BatchKey> recalled = dispatcher.recalledFrom(state, beat.node(), nowMs);
    List<BatchKey> next = dispatcher.precedence(beat.node(), beat.slots());
    boolean canWait = mayAssign && !beat.leaving() && dispatcher.isSteady(beat, nowMs);
    return new Beat.Answer(
        assigned,
        settled,
        cancelled,
        recalled,
        next,
        Beat.Standing.MEMBER,
        rooms,
        canWait ? againWithinMs : Math.min(againWithinMs, Beat.Answer.SOON_MS));
  }

  private boolean isInferring() {
    return state.jobs().phase() == Phase.INFERENCE;
  }

  private void takeHeld() {
    for (Beat.Held one : beat.held()) {
      if (isWanted(one.key()) && custody.holds(state, beat.node(), one, nowMs)) {
        held++;
      } else {
        cancelled.add(one.key());
      }
    }
  }

  private boolean isWanted(BatchKey key) {
    return isMissing(key, state.jobs().get(key.job()).filter(Intake::isRunning));
  }

  private static boolean isRunning(Progress job) {
    return job.state() == JobState.RUNNING;
  }

  /** Whether the batch's results still count, be it that nobody shall run it now. */
  private boolean isMissing(BatchKey key) {
    return isMissing(key, state.jobs().get(key.job()).filter(Progress::takesResults));
  }

  private static boolean isMissing(BatchKey key, Optional<Progress> job) {
    return job.isPresent()
        && key.number() >= 0
        && key.number() < job.get().cut().batches()
        && !job.get().isDone(key.number());
  }

  private Progress jobOf(BatchKey key) {
    return state.jobs().get(key.job()).orElseThrow();
  }

  private void takeResults() {
    List<BatchResult> late = new ArrayList<>();
    for (BatchResult result : beat.finished()) {
      BatchKey key = result.key();
      if (!isMissing(key)) {
        settled.add(key);
        custody.settled(key);
        if (isDuplicate(result)) {
          late.add(result);
        }
      } else if (!jobOf(key).fits(result)) {
        settled.add(key);
        refuse(key, "its result has " + result.results().size() + " answers");
      } else if (custody.propose(state, result)) {
        put(result);
        effects.add(new Effect.Tell(new Event.BatchCompleted(key, beat.node())));
      }
    }
    drop(late).forEach(commit::add);
  }

  private void put(BatchResult result) {
    commit.add(result);
    touched.add(result.key().job());
  }

  /** A job's last results don't wait for those of others. */
  private boolean isToBeCommittedNow() {
    return commit.isFull()
        || touched.stream()
            .anyMatch(id -> custody.isAllPutForward(state.jobs().get(id).orElseThrow()));
  }

  /** Whether another node's result of the batch is committed; its own may only be repeated. */
  private boolean isDuplicate(BatchResult result) {
    BatchKey key = result.key();
    return state
        .jobs()
        .get(key.job())
        .filter(job -> job.fits(result))
        .flatMap(job -> job.recordOf(key.number()))
        .filter(batch -> !batch.node().name().equals(result.node().name()))
        .isPresent();
  }

  /** Those of the late results that weren't heard of yet: the log shall count them as such. */
  private List<BatchResult> drop(List<BatchResult> late) {
    NavigableSet<BatchKey> reported = new TreeSet<>();
    late.forEach(result -> reported.add(result.key()));
    NavigableSet<BatchKey> news = dispatcher.duplicates().news(beat.node().name(), reported);
    news.forEach(key -> tell(new Event.DuplicateDropped(key, beat.node())));
    return late.stream().filter(result -> news.contains(result.key())).toList();
  }

  private void takeRefusals() {
    for (Beat.Returned returned : beat.returned()) {
      if (isWanted(returned.key())) {
        refuse(returned.key(), returned.reason());
      }
    }
  }

  private void refuse(BatchKey key, String reason) {
    NodeId node = beat.node();
    if (!custody.isGivenTo(key, node)) {
      // Said again since the answer was lost: another may be at it by now.
      return;
    }
    effects.add(new Effect.Tell(new Event.BatchReturned(key, node, reason)));
    BatchResult failed = failed(key, reason);
    if (dispatcher.refused(key, node.name(), runners) && custody.propose(state, failed)) {
      put(failed);
    } else {
      custody.takeBack(state, key, node);
    }
  }

  private BatchResult failed(BatchKey key, String reason) {
    int queries = jobOf(key).cut().sizeOf(key.number());
    return new BatchResult(
        key,
        beat.node(),
        nowMs,
        nowMs,
        Collections.nCopies(queries, new QueryResult.Failed("no node could run it: " + reason)),
        Collections.nCopies(queries, new Timing(0, 0, 0, 0)));
  }

  /** What the worker was given and doesn't list never reached it, or was handed back. */
  private void takeBackUnlisted() {
    if (custody.countOf(beat.node()) == held) {
      return;
    }
    NavigableSet<BatchKey> listed = new TreeSet<>();
    beat.held().forEach(one -> listed.add(one.key()));
    beat.finished().forEach(one -> listed.add(one.key()));
    beat.returned().forEach(one -> listed.add(one.key()));
    for (BatchKey key : custody.givenTo(beat.node())) {
      if (!listed.contains(key)) {
        custody.takeBack(state, key, beat.node());
        effects.add(new Effect.Tell(new Event.BatchReturned(key, beat.node(), "not on its desk")));
      }
    }
  }

  private List<Assignment> assign() {
    List<Assignment> assigned = new ArrayList<>();
    if (beat.slots() == 0) {
      return assigned;
    }
    DeskView desk = dispatcher.desk(state, beat, nowMs);
    Optional<Assignment> next = dispatcher.next(state, desk, runners, nowMs);
    while (next.isPresent()) {
      assigned.add(next.get());
      tell(new Event.BatchScheduled(next.get().key(), next.get().queries(), beat.node()));
      next = dispatcher.next(state, desk, runners, nowMs);
    }
    dispatcher
        .help(state, desk, nowMs)
        .ifPresent(
            backup -> {
              assigned.add(backup);
              tell(new Event.BackupScheduled(backup.key(), backup.queries(), beat.node()));
            });
    return assigned;
  }

  private void tell(Event event) {
    effects.add(new Effect.Tell(event));
  }
}
