package idunno.node.shell.figures;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.coordinator.Report.Running;
import idunno.core.files.FileName;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.LatencyHistogram;
import idunno.core.jobs.Phase;
import idunno.core.jobs.TimeParts;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Reports made by hand. */
public final class Reports {
  /** Two machines that are alive, one that failed. */
  public static final NodeId N1 = node("n1");

  public static final NodeId N2 = node("n2");
  public static final NodeId N3 = node("n3");

  private Reports() {}

  static NodeId node(String name) {
    return new NodeId(new NodeName(name), 1);
  }

  static Member member(NodeId id, MemberState state) {
    Address address = new Address("127.0.0.1", 7400);
    return new Member(id, new Member.Place("disk", address, address, address, 1, ""), state, 1_000);
  }

  static JobSpec spec(long id, String model, long start, long end, int weight) {
    return new JobSpec(
        new JobId(id),
        new ModelKey(new ModelName(model), 1),
        new FileName("photos"),
        new Range(start, end),
        10,
        weight,
        1_000);
  }

  static JobReport job(
      JobSpec spec,
      JobState state,
      long failures,
      double rate,
      List<Long> micros,
      List<Running> running,
      List<BatchRecord> batches) {
    LatencyHistogram histogram = new LatencyHistogram();
    micros.forEach(histogram::add);
    return new JobReport(
        spec,
        state,
        batches.stream().mapToLong(BatchRecord::queries).sum(),
        failures,
        rate,
        histogram.summary(),
        Optional.of(new Report.Histograms(histogram.toRecorded(), new TimeParts().toRecorded())),
        (long) (1_000 * rate),
        0,
        state == JobState.RUNNING ? 0 : 60_000,
        List.of(),
        List.of(),
        running,
        batches);
  }

  static Report report(JobReport... jobs) {
    return new Report(
        3,
        61_000,
        Fairness.RATE,
        Phase.INFERENCE,
        List.of(
            member(N1, MemberState.ALIVE),
            member(N2, MemberState.SUSPECT),
            member(N3, MemberState.FAILED)),
        List.of(jobs),
        new TreeMap<>(),
        new Balance(Balance.State.NEVER, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  /** Two running jobs of two models and one cancelled one. */
  public static Report busy() {
    return report(
        job(
            spec(1, "alexnet", 5, 44, 1),
            JobState.CANCELLED,
            0,
            0,
            List.of(1_000L, 3_000L),
            List.of(),
            List.of(new BatchRecord(1, N3, 2_000, 3_000, 3_100, 10, 0))),
        job(
            spec(2, "alexnet", 0, 39, 2),
            JobState.RUNNING,
            2,
            8,
            List.of(5_000L, 7_000L),
            List.of(
                new Running(2, new Range(20, 29), 10, N1, true, 50_000),
                new Running(3, new Range(30, 39), 10, N1, false, 51_000)),
            List.of(
                new BatchRecord(1, N2, 4_000, 9_000, 9_100, 10, 2),
                new BatchRecord(0, N1, 4_000, 8_000, 9_200, 10, 0))),
        job(
            spec(3, "resnet50", 0, 99, 1),
            JobState.RUNNING,
            0,
            3,
            List.of(40_000L),
            List.of(new Running(1, new Range(10, 19), 10, N2, true, 52_000)),
            List.of(new BatchRecord(0, N2, 20_000, 30_000, 30_100, 10, 0))));
  }
}
