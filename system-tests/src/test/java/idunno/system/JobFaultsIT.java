package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.coordinator.Report.Running;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobSpec;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.MemberView;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs while machines die and freeze: the same bytes as without, nothing lost, nothing twice. */
class JobFaultsIT {
  private static final int QUERIES = 500;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(5, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);
  private static byte[] undisturbed = {};

  @BeforeAll
  static void runUndisturbed() throws Exception {
    WORK.addModel("heavy", new Network(20));
    WORK.addPictures("pictures", QUERIES);
    WORK.warm();
    undisturbed = WORK.awaitDone(submit().id());
  }

  private static JobSpec submit() throws IOException {
    return WORK.submit(Work.ask("heavy", "pictures", QUERIES, 8, 1));
  }

  private static Machine workerOf(JobSpec job) throws IOException, InterruptedException {
    String coordinator = CLUSTER.coordinator().name();
    Running held =
        Eventually.see(
                "a batch in the hands of another node than the coordinator",
                Cluster.SOON,
                () ->
                    WORK.job(job.id()).running().stream()
                        .filter(one -> one.running())
                        .filter(one -> !one.node().name().value().equals(coordinator))
                        .findFirst(),
                one -> one.isPresent())
            .orElseThrow();
    return CLUSTER.machine(held.node().name().value());
  }

  @Test
  void killingAWorkerInTheMiddleChangesNoByteOfTheResults() throws Exception {
    JobSpec job = submit();
    WORK.awaitBegun(job.id(), QUERIES / 10);
    Machine victim = workerOf(job);
    victim.kill();
    CLUSTER.awaitState(victim.name(), MemberState.FAILED);
    assertArrayEquals(undisturbed, WORK.awaitDone(job.id()));
    assertTrue(WORK.job(job.id()).batches().stream().map(BatchRecord::node).distinct().count() > 1);
  }

  @Test
  void killingTheCoordinatorInTheMiddleChangesNoByteOfTheResults() throws Exception {
    JobSpec job = submit();
    WORK.awaitBegun(job.id(), QUERIES / 10);
    Machine victim = CLUSTER.coordinator();
    long term = CLUSTER.client().master().term();
    victim.kill();
    CLUSTER.awaitState(victim.name(), MemberState.FAILED);
    assertTrue(!CLUSTER.coordinator().name().equals(victim.name()));
    assertTrue(CLUSTER.client().master().term() > term);
    assertArrayEquals(undisturbed, WORK.awaitDone(job.id()));
  }

  @Test
  void killingCoordinatorAndWorkerOneAfterTheOtherChangesNoByteOfTheResults() throws Exception {
    JobSpec job = submit();
    WORK.awaitBegun(job.id(), QUERIES / 10);
    workerOf(job).kill();
    CLUSTER.coordinator().kill();
    assertArrayEquals(undisturbed, WORK.awaitDone(job.id()));
  }

  @Test
  void aWorkerFrozenForLongIsReadmittedAndNothingIsCountedTwice() throws Exception {
    List<JobSpec> jobs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      jobs.add(submit());
    }
    WORK.awaitBegun(jobs.getFirst().id(), QUERIES / 20);
    Machine frozen = workerOf(jobs.getFirst());
    NodeId before = CLUSTER.member(frozen, frozen.name()).id();
    frozen.signal("STOP");
    try {
      Machine coordinator =
          Eventually.see(
                  "a coordinator",
                  Cluster.SOON,
                  () -> CLUSTER.client().master(),
                  master -> master.coordinator().isPresent())
              .coordinator()
              .map(id -> CLUSTER.machine(id.name().value()))
              .orElseThrow();
      Eventually.see(
          frozen.name() + " is failed",
          Cluster.SOON,
          () -> CLUSTER.member(coordinator, frozen.name()).state(),
          MemberState.FAILED::equals);
    } finally {
      frozen.signal("CONT");
    }
    for (Machine asked : CLUSTER.machines()) {
      MemberView back =
          Eventually.see(
              frozen.name() + " is alive again",
              Cluster.SOON,
              () -> CLUSTER.member(asked, frozen.name()),
              member -> member.state() == MemberState.ALIVE);
      assertEquals(before.incarnation() + 1, back.id().incarnation());
    }
    for (JobSpec job : jobs) {
      assertArrayEquals(undisturbed, WORK.awaitDone(job.id()), "job " + job.id());
    }
    JobSpec next = submit();
    assertArrayEquals(undisturbed, WORK.awaitDone(next.id()));
    NodeId back = new NodeId(before.name(), before.incarnation() + 1);
    assertTrue(
        WORK.job(next.id()).batches().stream().anyMatch(batch -> batch.node().equals(back)),
        "the node that came back is used again");
  }
}
