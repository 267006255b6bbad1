package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.Placement;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.membership.MemberState;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs in a network that breaks: who is cut off goes on, and what it brings late counts once. */
class JobPartitionIT {
  private static final int QUERIES = 1_500;

  /** Each node has a replica of every picture: who is cut off can go on. */
  @RegisterExtension
  static final Cluster CLUSTER = Cluster.withWires(Placement.COPIES, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);

  @BeforeAll
  static void addWork() throws Exception {
    assumeTrue(CLUSTER.wires().isPresent(), "this machine lets us have no wires to cut");
    WORK.addModel("heavy", new Network(20));
    WORK.addPictures("pictures", QUERIES);
    WORK.warm();
  }

  /**
   * A worker without a network goes on with what lies on its desk, is given up, and others run the
   * same batches. The job rests while the worker's results come, so that it is still going on then.
   */
  @Test
  void whatAWorkerBringsThatWasCutOffIsDroppedAndCountedIfOthersHaveRunItMeanwhile()
      throws Exception {
    JobSpec job = WORK.submit(Work.ask("heavy", "pictures", QUERIES, 8, 1));
    WORK.awaitBegun(job.id(), QUERIES / 50);
    Machine coordinator = CLUSTER.coordinator();
    Machine lonely = CLUSTER.worker();
    Wires wires = CLUSTER.wires().orElseThrow();
    wires.cutOff(List.of(lonely.name()));
    long cutMs = System.currentTimeMillis();
    Eventually.see(
        lonely.name() + " is failed",
        Cluster.SOON,
        () -> CLUSTER.member(coordinator, lonely.name()).state(),
        MemberState.FAILED::equals);
    // What isn't begun is given out anew, the oldest first, and not behind what is on the desks.
    CLUSTER.client(coordinator).jobs().pause(job.id());
    CLUSTER.client(coordinator).jobs().resume(job.id());
    int late =
        Eventually.see(
                "others have run what " + lonely.name() + " has run since it was cut off",
                Work.DONE_WITHIN,
                () -> {
                  List<String> ran = ranSince(cutMs, job, lonely);
                  return ranByOthers(job, lonely, coordinator).containsAll(ran) ? ran : List.of();
                },
                ran -> !ran.isEmpty())
            .size();
    System.out.printf(
        "partition: others had run all %d batches %d ms after the cut%n",
        late, System.currentTimeMillis() - cutMs);
    CLUSTER.client(coordinator).jobs().pause(job.id());
    wires.mend();
    JobReport seen =
        Eventually.see(
            late + " results come late",
            Cluster.SOON,
            () -> seenBy(coordinator, job),
            report -> report.duplicates() >= late);
    assertEquals(JobState.PAUSED, seen.state(), "the job must last longer for this test");
    CLUSTER.client(coordinator).jobs().resume(job.id());
    WORK.awaitDone(job.id());
  }

  private static List<String> ranSince(long fromMs, JobSpec job, Machine machine)
      throws IOException {
    return WorkerLog.of(machine).events().stream()
        .filter(event -> event.kind().equals("ended") && event.atMs() > fromMs)
        .map(WorkerLog.Event::batch)
        .filter(batch -> batch.startsWith(job.id() + "/"))
        .toList();
  }

  private static List<String> ranByOthers(JobSpec job, Machine than, Machine asked)
      throws IOException {
    return seenBy(asked, job).batches().stream()
        .filter(batch -> !batch.node().name().value().equals(than.name()))
        .map(batch -> new BatchKey(job.id(), batch.number()).toString())
        .toList();
  }

  private static JobReport seenBy(Machine asked, JobSpec job) throws IOException {
    return CLUSTER.client(asked).history().jobs().stream()
        .filter(one -> one.spec().id().equals(job.id()))
        .findFirst()
        .orElseThrow();
  }
}
