package idunno.core.coordinator;

import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.state.ClusterState;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Has the results of jobs written to the store: in parts as a job goes on, and one file at its end.
 *
 * <p>Soft state: a new coordinator begins anew. What the old one was writing is refused if the new
 * one was faster, or the other way round; the bytes are the same.
 */
final class Scribe {
  /** A part that couldn't be written is tried again so much later. */
  private static final long AGAIN_AFTER_MS = 1_000;

  private final PartRule rule;
  private final NavigableSet<JobId> publishing = new TreeSet<>();
  private final NavigableMap<JobId, Parts> parts = new TreeMap<>();

  /**
   * The parts of one job.
   *
   * @param underWay whether one is being written
   * @param dueMs when the next is due, however short it is
   * @param notBeforeMs when it may be begun, however long it is
   */
  private record Parts(boolean underWay, long dueMs, long notBeforeMs) {}

  Scribe(PartRule rule) {
    this.rule = rule;
  }

  /** Looks for what there is to be written. */
  void tick(ClusterState state, long nowMs, List<Effect> effects) {
    parts.keySet().removeIf(id -> !isGoingOn(state, id));
    for (Progress job : state.jobs().all()) {
      JobId id = job.spec().id();
      if (job.state() == JobState.PUBLISHING && publishing.add(id)) {
        effects.add(new Effect.Tell(new Event.JobCompleted(id, job.finished(), job.failures())));
        effects.add(new Effect.Publish(id));
      } else if (job.takesResults()) {
        lookForPart(job, nowMs, effects);
      }
    }
  }

  private static boolean isGoingOn(ClusterState state, JobId id) {
    return state.jobs().get(id).filter(Progress::takesResults).isPresent();
  }

  private void lookForPart(Progress job, long nowMs, List<Effect> effects) {
    JobId id = job.spec().id();
    Parts known = parts.computeIfAbsent(id, _ -> new Parts(false, nowMs + rule.afterMs(), nowMs));
    if (known.underWay() || nowMs < known.notBeforeMs()) {
      return;
    }
    int first = job.unwrittenFrom();
    int end = job.nextUndone(first);
    boolean isLong = (long) (end - first) * job.spec().batchSize() >= rule.queries();
    if (end > first && (isLong || nowMs >= known.dueMs())) {
      parts.put(id, new Parts(true, nowMs + rule.afterMs(), nowMs));
      effects.add(new Effect.PublishPart(id, first, end));
    }
  }

  /** The writing of a part ended. */
  void partEnded(JobId id, boolean made, long nowMs) {
    parts.computeIfPresent(
        id,
        (_, known) ->
            made
                ? new Parts(false, known.dueMs(), nowMs)
                : new Parts(false, nowMs, nowMs + AGAIN_AFTER_MS));
  }

  /** The writing of a result file ended; where it isn't done, it is begun anew. */
  void publishEnded(JobId id) {
    publishing.remove(id);
  }
}
