package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Phase;
import idunno.node.api.Views.JobAsk;
import idunno.node.client.ByteProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that rest, wait for one another, are given up, and are followed. */
class JobControlIT {
  private static final int PICTURES = 600;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(3, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);

  @BeforeAll
  static void bringModelsAndPictures() throws IOException {
    WORK.addModel("light", new Network(2));
    WORK.addModel("heavy", new Network(10));
    WORK.addPictures("pictures", PICTURES);
    WORK.warm();
  }

  private static JobReport awaitState(JobId job, JobState state) throws InterruptedException {
    return Eventually.see(
        "job " + job + " is " + state,
        Work.DONE_WITHIN,
        () -> WORK.job(job),
        seen -> seen.state() == state);
  }

  private static JobAsk ask(int queries, Optional<JobId> after, Optional<Integer> maxFailures) {
    return new JobAsk(
        "heavy",
        Optional.of("pictures"),
        0,
        queries - 1L,
        Optional.of(4),
        Optional.empty(),
        after,
        maxFailures);
  }

  @Test
  void aJobThatRestsLeavesItsMachinesToOthersAndGoesOnWithoutLoss() throws Exception {
    JobSpec job = WORK.submit(Work.ask("heavy", "pictures", PICTURES, 4, 1));
    WORK.awaitBegun(job.id(), 20);
    CLUSTER.client().jobs().pause(job.id());
    JobReport resting =
        Eventually.see(
            "nobody has a batch of the job that rests",
            Cluster.SOON,
            () -> WORK.job(job.id()),
            seen -> seen.running().isEmpty());
    assertEquals(JobState.PAUSED, resting.state());
    JobSpec other = WORK.submit(Work.ask("light", "pictures", 100, 4, 1));
    WORK.awaitDone(other.id());
    long finished = WORK.job(job.id()).finished();
    assertTrue(finished < PICTURES, "it must last longer for this test");

    CLUSTER.client().jobs().resume(job.id());
    WORK.awaitDone(job.id());
  }

  @Test
  void aJobAfterAnotherBeginsWhenThatIsDone() throws Exception {
    JobSpec first = WORK.submit(ask(200, Optional.empty(), Optional.empty()));
    JobSpec second = WORK.submit(ask(40, Optional.of(first.id()), Optional.empty()));
    WORK.awaitBegun(first.id(), 20);
    assertEquals(JobState.QUEUED, WORK.job(second.id()).state());
    WORK.awaitDone(second.id());
    long ended = WORK.job(first.id()).endedMs();
    assertTrue(ended > 0);
    assertTrue(
        WORK.job(second.id()).batches().stream().allMatch(batch -> batch.committedMs() >= ended));
  }

  @Test
  void aJobWithTooManyBrokenPicturesIsGivenUp() throws Exception {
    Path folder = Pictures.write(CLUSTER.scratch().resolve("broken"), 40);
    for (int i = 0; i < 40; i += 4) {
      Files.writeString(folder.resolve("%05d.png".formatted(i)), "this is no picture");
    }
    CLUSTER.client().putFolder(folder, new FileName("broken"), ByteProgress.SILENT);
    JobAsk ask =
        new JobAsk(
            "light",
            Optional.of("broken"),
            0,
            39,
            Optional.of(4),
            Optional.empty(),
            Optional.empty(),
            Optional.of(3));
    JobReport failed = awaitState(WORK.submit(ask).id(), JobState.FAILED);
    assertTrue(failed.failures() > 3, failed::toString);
    assertTrue(WORK.resultsSoFar(failed.spec().id()).size() >= 16, "what was found is kept");
  }

  @Test
  void inTheTrainingPhaseJobsWaitAndInTheInferencePhaseTheyRun() throws Exception {
    CLUSTER.client().jobs().enter(Phase.TRAINING);
    JobSpec job;
    try {
      job = WORK.submit(Work.ask("light", "pictures", 40, 4, 1));
      WORK.warm();
      assertEquals(0, WORK.job(job.id()).finished());
      assertEquals(List.of(), WORK.job(job.id()).running());
    } finally {
      CLUSTER.client().jobs().enter(Phase.INFERENCE);
    }
    WORK.awaitDone(job.id());
  }

  @Test
  void aFollowedJobsResultsComeInTheOrderOfTheirQueriesAndAreTheFile() throws Exception {
    Cli.Said followed =
        Cli.run(
            CLUSTER.coordinator().api().toString(),
            "inference",
            "0",
            "199",
            "heavy",
            "--dataset",
            "pictures",
            "--batch-size",
            "4",
            "--follow",
            "--json");
    assertEquals(0, followed.code(), followed::toString);
    List<String> lines = followed.out().lines().toList();
    assertEquals(200, lines.size());
    JobReport job = CLUSTER.client().report().jobs().getLast();
    assertEquals(
        new String(WORK.file(job.spec().resultFile()), StandardCharsets.UTF_8), followed.out());
  }
}
