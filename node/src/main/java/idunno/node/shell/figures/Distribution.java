package idunno.node.shell.figures;

import idunno.core.base.NodeId;
import idunno.core.base.Range;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.coordinator.Report.Running;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.Cut;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What cq shows of one job: who ran, runs or will run which of its queries.
 *
 * @param shares the whole range of the job in order, without gaps; behind it what was or is run
 *     again. Of a job that was given up and is run again those batches are left out that were never
 *     run the first time
 */
public record Distribution(JobId job, ModelName model, JobState state, List<Share> shares) {
  /** Keeps its own copy of the list. */
  public Distribution {
    shares = List.copyOf(shares);
  }

  /** Where a share of the queries is. */
  public enum ShareState {
    /** Nobody has it yet. */
    QUEUED,
    /** A machine has it, behind the batch that it runs. */
    WAITING,
    /** A machine runs it. */
    RUNNING,
    /** A machine has run it, and its results are committed. */
    DONE,
    /** Nobody will run it: the job was cancelled, or given up. */
    DROPPED
  }

  /**
   * A share of the queries.
   *
   * @param node the machine that has or had it
   * @param queries from the first to the last of them; of those that are run again only some
   *     between may be in it
   * @param count how many they are
   * @param startedMs when the machine began, by its clock, milliseconds since 1970
   * @param finishedMs when it ended, by its clock
   * @param failures how many queries failed, of those that are done
   */
  public record Share(
      Optional<NodeId> node,
      Range queries,
      long count,
      ShareState state,
      Optional<Long> startedMs,
      Optional<Long> finishedMs,
      int failures) {}

  /** The distribution of each job of a report, oldest first. */
  public static List<Distribution> of(Report report) {
    return report.jobs().stream().map(Distribution::of).toList();
  }

  private static Distribution of(JobReport job) {
    Cut cut = job.cut();
    NavigableMap<Integer, Share> known = new TreeMap<>();
    for (Running one : job.running()) {
      known.put(
          one.batch(),
          new Share(
              Optional.of(one.node()),
              one.queries(),
              one.count(),
              one.running() ? ShareState.RUNNING : ShareState.WAITING,
              one.running() ? Optional.of(one.sinceMs()) : Optional.empty(),
              Optional.empty(),
              0));
    }
    for (BatchRecord one : job.batches()) {
      known.put(
          one.number(),
          new Share(
              Optional.of(one.node()),
              cut.spanOf(one.number()),
              one.queries(),
              ShareState.DONE,
              Optional.of(one.startedMs()),
              Optional.of(one.finishedMs()),
              one.failures()));
    }
    boolean isDropped = job.state() == JobState.CANCELLED || job.state() == JobState.FAILED;
    ShareState rest = isDropped ? ShareState.DROPPED : ShareState.QUEUED;
    List<Share> shares = new ArrayList<>();
    for (int batch = 0; batch < cut.batches(); batch++) {
      Share share = known.get(batch);
      if (share != null) {
        shares.add(share);
      } else if (batch >= cut.firstOpen()) {
        addNobodys(shares, cut.spanOf(batch), cut.sizeOf(batch), rest);
      }
    }
    return new Distribution(job.spec().id(), job.spec().model().name(), job.state(), shares);
  }

  /** What nobody has goes on where the last such share ends. */
  private static void addNobodys(List<Share> shares, Range queries, long count, ShareState state) {
    boolean goesOn =
        !shares.isEmpty()
            && shares.getLast().node().isEmpty()
            && shares.getLast().queries().end() + 1 == queries.start();
    if (goesOn) {
      Share before = shares.removeLast();
      Range both = new Range(before.queries().start(), queries.end());
      shares.add(nobodys(both, before.count() + count, state));
    } else {
      shares.add(nobodys(queries, count, state));
    }
  }

  private static Share nobodys(Range queries, long count, ShareState state) {
    return new Share(
        Optional.empty(), queries, count, state, Optional.empty(), Optional.empty(), 0);
  }
}
