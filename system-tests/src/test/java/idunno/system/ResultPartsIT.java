package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.FileView;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Results that go to the store as a job goes on: many small parts, then the same one file. */
class ResultPartsIT {
  private static final int QUERIES = 400;

  /**
   * How many a job has that must go on after an election: what the workers hold in their hands to
   * bridge it must be a part of the job only, and not the rest of it.
   */
  private static final int LONG = 1_200;

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster(5, "--slots", "1", "--part-queries", "16");

  private static final Work WORK = new Work(CLUSTER);
  private static byte[] undisturbed = {};

  @BeforeAll
  static void runUndisturbed() throws Exception {
    WORK.addModel("heavy", new Network(20));
    WORK.addPictures("pictures", LONG);
    WORK.warm();
    undisturbed = WORK.awaitDone(submit(LONG).id());
  }

  private static JobSpec submit(int queries) throws IOException {
    return WORK.submit(Work.ask("heavy", "pictures", queries, 8, 1));
  }

  private static List<String> undisturbedLines() {
    return new String(undisturbed, StandardCharsets.UTF_8).lines().toList();
  }

  private static List<FileView> parts(JobId job) throws IOException {
    return CLUSTER.client().files(Optional.of(new FileName("results/job-" + job))).files();
  }

  private static void awaitParts(JobId job, int least) throws InterruptedException {
    Eventually.see(
        least + " parts of the results of job " + job,
        Work.DONE_WITHIN,
        () -> parts(job),
        seen -> seen.size() >= least);
  }

  @Test
  void aCoordinatorThatIsKilledAmongTheWritingOfPartsChangesNoByteOfTheResults() throws Exception {
    JobSpec job = submit(LONG);
    awaitParts(job.id(), 4);
    Machine victim = CLUSTER.coordinator();
    victim.kill();
    CLUSTER.awaitState(victim.name(), MemberState.FAILED);
    JobReport seen = WORK.job(job.id());
    assertTrue(seen.finished() < LONG, "the job must last longer for this test");
    awaitParts(job.id(), parts(job.id()).size() + 1);
    List<String> soFar = WORK.resultsSoFar(job.id());
    byte[] file = WORK.awaitDone(job.id());
    assertArrayEquals(undisturbed, file);
    assertTrue(undisturbedLines().containsAll(soFar));
    assertEquals(soFar.size(), soFar.stream().distinct().count());
    assertEquals(List.of(), parts(job.id()), "they are the one file now");
  }

  @Test
  void everyNodeShowsTheSameResultsWhileTheyGoToTheStore() throws Exception {
    JobSpec job = submit(QUERIES);
    awaitParts(job.id(), 2);
    List<String> lines = undisturbedLines();
    for (Machine machine : CLUSTER.running()) {
      Cli.Said said = Cli.run(machine.api().toString(), "c4", job.id().toString(), "--json");
      assertEquals(0, said.code(), said::toString);
      List<String> soFar = said.out().lines().toList();
      assertTrue(soFar.size() >= 32, said::toString);
      assertEquals(lines.subList(0, 32), soFar.subList(0, 32), machine.name());
    }
    WORK.awaitDone(job.id());
  }

  @Test
  void aCancelledJobsPartsStayReadable() throws Exception {
    JobSpec job = submit(QUERIES);
    awaitParts(job.id(), 2);
    CLUSTER.client().jobs().cancel(job.id());
    assertEquals(WORK.job(job.id()).finished(), WORK.resultsSoFar(job.id()).size());
    assertTrue(parts(job.id()).size() >= 2);
  }

  @Test
  void aFollowedJobsLinesAreTheFile() throws Exception {
    Cli.Said followed =
        Cli.run(
            CLUSTER.coordinator().api().toString(),
            "inference",
            "0",
            Integer.toString(QUERIES - 1),
            "heavy",
            "--dataset",
            "pictures",
            "--batch-size",
            "8",
            "--follow",
            "--json");
    assertEquals(0, followed.code(), followed::toString);
    assertEquals(undisturbedLines().subList(0, QUERIES), followed.out().lines().toList());
  }
}
