package idunno.node.demo;

import idunno.core.base.NodeId;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchRecord;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * How long a cluster took to get over a death: until it committed the next batch, and until it had
 * committed the last of the batches that died with the machine.
 */
final class Recovery {
  private final String what;
  private final long killedMs;
  private final NavigableSet<BatchKey> lost = new TreeSet<>();
  private OptionalLong nextMs = OptionalLong.empty();
  private OptionalLong lastLostMs = OptionalLong.empty();

  /**
   * A death.
   *
   * @param what for people
   * @param before the last report before it
   * @param victim who died
   * @param killedMs when, milliseconds since 1970
   */
  Recovery(String what, Report before, NodeId victim, long killedMs) {
    this.what = what;
    this.killedMs = killedMs;
    for (JobReport job : before.jobs()) {
      job.running().stream()
          .filter(one -> one.node().equals(victim))
          .forEach(one -> lost.add(new BatchKey(job.spec().id(), one.batch())));
    }
  }

  /** Looks at what has been committed since. */
  void see(Report report) {
    long next = Long.MAX_VALUE;
    NavigableSet<BatchKey> missing = new TreeSet<>(lost);
    long last = killedMs;
    for (JobReport job : report.jobs()) {
      for (BatchRecord batch : job.batches()) {
        BatchKey key = new BatchKey(job.spec().id(), batch.number());
        if (batch.committedMs() > killedMs) {
          next = Math.min(next, batch.committedMs());
        }
        if (missing.remove(key)) {
          last = Math.max(last, batch.committedMs());
        }
      }
    }
    if (next < Long.MAX_VALUE) {
      nextMs = OptionalLong.of(next - killedMs);
    }
    if (missing.isEmpty()) {
      lastLostMs = OptionalLong.of(last - killedMs);
    }
  }

  String what() {
    return what;
  }

  /** How many batches the victim had. */
  int lostBatches() {
    return lost.size();
  }

  /** From the kill to the next committed batch, in milliseconds. */
  OptionalLong nextMs() {
    return nextMs;
  }

  /** From the kill to the commitment of the last of the victim's batches, in milliseconds. */
  OptionalLong lastLostMs() {
    return lastLostMs;
  }

  boolean isOver() {
    return nextMs.isPresent() && lastLostMs.isPresent();
  }
}
