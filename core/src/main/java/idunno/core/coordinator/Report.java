package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.DiskRoom;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.Cut;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.LatencyHistogram;
import idunno.core.jobs.Phase;
import idunno.core.jobs.Progress;
import idunno.core.jobs.Round;
import idunno.core.jobs.TimeParts;
import idunno.core.membership.FailureDetector;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the coordinator knows at one moment: what lists and statistics are made of.
 *
 * @param term the coordinator's term
 * @param nowMs the moment, milliseconds since 1970 by the coordinator's clock
 * @param fairness what running jobs get equal amounts of
 * @param phase what the workers do
 * @param members every member, suspects told from the alive
 * @param jobs the jobs that were asked for, oldest first
 * @param rooms what each node said last of its disk
 * @param balance how evening out the disks stands
 */
public record Report(
    long term,
    long nowMs,
    Fairness fairness,
    Phase phase,
    List<Member> members,
    List<JobReport> jobs,
    NavigableMap<NodeName, DiskRoom> rooms,
    Balance balance) {
  /** The window of the query rate, in milliseconds. */
  public static final long RATE_WINDOW_MS = 10_000;

  /**
   * One job.
   *
   * @param spec what it is
   * @param state where it is
   * @param finished queries finished, the failed ones among them
   * @param failures queries that failed
   * @param rate queries finished per second over the last 10 s
   * @param times processing times of the finished queries
   * @param histograms how they are distributed, if that was asked for
   * @param machineMs how long machines ran its batches in the last 10 s, all together
   * @param duplicates batches that were reported again after they were committed
   * @param endedMs when it ended, milliseconds since 1970; 0 before
   * @param retries when failed queries were begun again, oldest first
   * @param rounds which queries those were, if the batches were asked for
   * @param running the batches that somebody has now
   * @param batches the committed batches in the order of their commitment, if they were asked for
   */
  public record JobReport(
      JobSpec spec,
      JobState state,
      long finished,
      long failures,
      double rate,
      LatencyHistogram.Summary times,
      Optional<Histograms> histograms,
      long machineMs,
      long duplicates,
      long endedMs,
      List<Retried> retries,
      List<Round> rounds,
      List<Running> running,
      List<BatchRecord> batches) {
    /** How the job's queries are cut in batches, if the batches were asked for. */
    public Cut cut() {
      return new Cut(spec, rounds);
    }

    /** When it was submitted, or begun again last, milliseconds since 1970. */
    public long beganMs() {
      return retries.isEmpty() ? spec.submittedMs() : retries.getLast().atMs();
    }
  }

  /**
   * How a job's times are distributed, to be added up over the jobs of a model.
   *
   * @param times processing times
   * @param parts what they were made of
   */
  public record Histograms(LatencyHistogram.Recorded times, TimeParts.Recorded parts) {
    private static Histograms of(Progress job) {
      return new Histograms(job.times().toRecorded(), job.parts().toRecorded());
    }
  }

  /**
   * Failed queries that were begun again.
   *
   * @param queries how many
   * @param atMs when, milliseconds since 1970
   */
  public record Retried(long queries, long atMs) {}

  /**
   * A batch in a worker's hands.
   *
   * @param batch its place in the job
   * @param queries from the first to the last of its queries; of those that are run again only some
   *     between may be in it, see {@link JobReport#cut}
   * @param count how many queries it has
   * @param node who has it
   * @param running whether it runs, or waits behind the one that runs
   * @param sinceMs since when, milliseconds since 1970
   */
  public record Running(
      int batch, Range queries, int count, NodeId node, boolean running, long sinceMs) {}

  /** Keeps its own copy of the map. */
  public Report {
    rooms = new TreeMap<>(rooms);
  }

  static Report of(
      ClusterState state,
      FailureDetector detector,
      Dispatcher dispatcher,
      NavigableMap<NodeName, DiskRoom> rooms,
      Balance balance,
      long term,
      Scope scope,
      long nowMs) {
    List<Member> members =
        state.members().all().stream()
            .map(
                member ->
                    member.state() == MemberState.ALIVE && detector.isSuspect(member.id())
                        ? member.in(
                            MemberState.SUSPECT, nowMs - detector.silentMs(member.id(), nowMs))
                        : member)
            .toList();
    List<JobReport> jobs = new ArrayList<>();
    for (Progress job : state.jobs().all()) {
      if (!scope.has(job.spec().id())) {
        continue;
      }
      List<Running> running = new ArrayList<>();
      dispatcher
          .custody()
          .given(job.spec().id())
          .forEach(
              (key, holders) ->
                  holders.forEach(held -> running.add(running(job.cut(), key, held))));
      jobs.add(
          new JobReport(
              job.spec(),
              job.state(),
              job.finished(),
              job.failures(),
              job.state() == JobState.RUNNING ? job.rate(nowMs, RATE_WINDOW_MS) : 0,
              job.times().summary(),
              scope.has(Detail.HISTOGRAMS) ? Optional.of(Histograms.of(job)) : Optional.empty(),
              job.state() == JobState.RUNNING ? job.machineMs(nowMs, RATE_WINDOW_MS) : 0,
              job.duplicates(),
              job.endedMs(),
              job.cut().again().stream()
                  .map(round -> new Retried(round.queries().size(), round.atMs()))
                  .toList(),
              scope.has(Detail.BATCHES) ? job.cut().again() : List.of(),
              running,
              scope.has(Detail.BATCHES) ? job.records() : List.of()));
    }
    return new Report(
        term, nowMs, state.jobs().fairness(), state.jobs().phase(), members, jobs, rooms, balance);
  }

  private static Running running(Cut cut, BatchKey key, Given held) {
    int batch = key.number();
    return new Running(
        batch, cut.spanOf(batch), cut.sizeOf(batch), held.node(), held.running(), held.sinceMs());
  }
}
