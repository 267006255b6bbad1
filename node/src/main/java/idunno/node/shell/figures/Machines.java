package idunno.node.shell.figures;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.coordinator.Report.Running;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What cvm shows: what every machine runs now, and which machines every job has.
 *
 * @param machines each member that is alive or suspect, by name, and any other that still has work
 * @param jobs each running job, oldest first
 */
public record Machines(List<Machine> machines, List<JobMachines> jobs) {
  /** Keeps its own copies of the lists. */
  public Machines {
    machines = List.copyOf(machines);
    jobs = List.copyOf(jobs);
  }

  /** One machine and its batches, those that run before those that wait there. */
  public record Machine(NodeId node, MemberState state, List<Batch> batches) {
    /** Keeps its own copy of the list. */
    public Machine {
      batches = List.copyOf(batches);
    }
  }

  /**
   * A batch on a machine.
   *
   * @param queries its queries, both ends included
   * @param running whether it runs, or waits there behind one that runs
   * @param sinceMs since when, milliseconds since 1970
   */
  public record Batch(
      ModelName model, JobId job, int batch, Range queries, boolean running, long sinceMs) {}

  /** A job, and the machines that run batches of it now, by name. */
  public record JobMachines(JobId job, ModelName model, List<NodeName> machines) {
    /** Keeps its own copy of the list. */
    public JobMachines {
      machines = List.copyOf(machines);
    }
  }

  /** The machines of a report. */
  public static Machines of(Report report) {
    List<Machine> machines = new ArrayList<>();
    for (Member member : report.members()) {
      List<Batch> batches = batchesOf(report, member.id());
      if (!batches.isEmpty()
          || member.state() == MemberState.ALIVE
          || member.state() == MemberState.SUSPECT) {
        machines.add(new Machine(member.id(), member.state(), batches));
      }
    }
    List<JobMachines> jobs =
        report.jobs().stream()
            .filter(job -> job.state() == JobState.RUNNING)
            .map(Machines::machinesOf)
            .toList();
    return new Machines(machines, jobs);
  }

  private static List<Batch> batchesOf(Report report, NodeId node) {
    List<Batch> batches = new ArrayList<>();
    for (JobReport job : report.jobs()) {
      for (Running one : job.running()) {
        if (one.node().equals(node)) {
          batches.add(
              new Batch(
                  job.spec().model().name(),
                  job.spec().id(),
                  one.batch(),
                  one.queries(),
                  one.running(),
                  one.sinceMs()));
        }
      }
    }
    batches.sort(
        Comparator.comparing(Batch::running)
            .reversed()
            .thenComparingLong(Batch::sinceMs)
            .thenComparing(Batch::job)
            .thenComparingInt(Batch::batch));
    return batches;
  }

  private static JobMachines machinesOf(JobReport job) {
    List<NodeName> names =
        job.running().stream()
            .filter(Running::running)
            .map(one -> one.node().name())
            .distinct()
            .sorted()
            .toList();
    return new JobMachines(job.spec().id(), job.spec().model().name(), names);
  }
}
