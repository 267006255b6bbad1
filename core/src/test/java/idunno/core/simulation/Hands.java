package idunno.core.simulation;

import static idunno.core.simulation.Invariants.require;

import idunno.core.base.NodeId;
import idunno.core.coordinator.Report;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.Progress;
import idunno.core.state.ClusterState;
import java.util.HashMap;
import java.util.Map;

/** Watches what the coordinator believes to be in whose hands. */
final class Hands {
  /** A worker may be in the middle of a batch that another has finished; longer than this, no. */
  private static final long STALE_MS = 8_000;

  private Map<Hold, Long> staleSinceMs = new HashMap<>();
  private long lookedMs;
  private long term;

  private record Hold(BatchKey batch, NodeId by) {}

  /** No batch may stay given that is done, or whose worker is gone. */
  void check(Report report, ClusterState state, long nowMs) {
    if (report.term() < term) {
      // One that doesn't know yet that it was deposed: what it believes concerns nobody.
      return;
    }
    if (report.term() > term) {
      term = report.term();
      staleSinceMs = new HashMap<>();
      lookedMs = nowMs;
    }
    Map<Hold, Long> stale = new HashMap<>();
    for (Report.JobReport job : report.jobs()) {
      Progress progress = state.jobs().get(job.spec().id()).orElseThrow();
      for (Report.Running running : job.running()) {
        if (progress.isDone(running.batch()) || !state.members().isAlive(running.node())) {
          Hold hold = new Hold(new BatchKey(job.spec().id(), running.batch()), running.node());
          // It may have become so right after the look before this one.
          long sinceMs = staleSinceMs.getOrDefault(hold, lookedMs);
          stale.put(hold, sinceMs);
          require(
              nowMs - sinceMs <= STALE_MS,
              () ->
                  "batch %s has been in the hands of %s for %d ms although it %s"
                      .formatted(
                          hold.batch(),
                          hold.by(),
                          nowMs - sinceMs,
                          progress.isDone(running.batch()) ? "is done" : "has no such worker"));
        }
      }
    }
    staleSinceMs = stale;
    lookedMs = nowMs;
  }
}
