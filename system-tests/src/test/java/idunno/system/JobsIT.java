package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelName;
import idunno.node.api.ResultLine;
import idunno.node.api.Views.JobAsk;
import idunno.node.client.ByteProgress;
import idunno.node.client.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs on five nodes, none of which fails. */
class JobsIT {
  private static final int PICTURES = 600;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(5, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);

  @BeforeAll
  static void bringModelsAndPictures() throws IOException {
    WORK.addModel("light", new Network(2));
    WORK.addModel("heavy", new Network(10));
    WORK.addPictures("pictures", PICTURES);
    WORK.warm();
  }

  @Test
  void aJobRunsOnAllMachinesAndItsResultsAreAFileInTheStore() throws Exception {
    JobSpec job = WORK.submit(Work.ask("heavy", "pictures", 200, 4, 1));
    List<ResultLine> lines =
        Work.lines(new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8));
    assertEquals("ok", lines.getFirst().status());
    assertEquals(new FileName("pictures/00199.png"), lines.getLast().file());
    long machines = WORK.job(job.id()).batches().stream().map(BatchRecord::node).distinct().count();
    assertEquals(CLUSTER.machines().size(), machines);
  }

  @Test
  void aBrokenPictureIsARecordedFailureAndNeitherLostNorInTheWay() throws Exception {
    Path folder = Pictures.write(CLUSTER.scratch().resolve("mixed"), 12);
    Files.writeString(folder.resolve("00003.png"), "this is no picture");
    byte[] cut = Files.readAllBytes(folder.resolve("00007.png"));
    Files.write(folder.resolve("00007.png"), java.util.Arrays.copyOf(cut, cut.length / 2));
    Files.write(folder.resolve("00011.png"), new byte[0]);
    CLUSTER.client().putFolder(folder, new FileName("mixed"), ByteProgress.SILENT);
    JobSpec job = WORK.submit(Work.ask("light", "mixed", 12, 5, 1));
    List<ResultLine> lines =
        Work.lines(new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8));
    for (ResultLine line : lines) {
      boolean broken = List.of(3L, 7L, 11L).contains(line.query());
      assertEquals(broken ? "failed" : "ok", line.status(), line::toString);
      assertEquals(broken, line.reason().isPresent());
    }
    assertEquals(3, WORK.job(job.id()).failures());
  }

  @Test
  void whatCannotRunIsRefusedWithAReason() {
    refused("no model missing", Work.ask("missing", "pictures", 10, 4, 1));
    refused("has no files", Work.ask("light", "no-such-folder", 10, 4, 1));
    refused("has queries 0 to 599", Work.ask("light", "pictures", PICTURES + 1, 4, 1));
    refused(
        "expected",
        new JobAsk("light", Optional.of("pictures"), 5, 4, Optional.empty(), Optional.empty()));
    refused(
        "expected",
        new JobAsk("light", Optional.of("pictures"), -1, 4, Optional.empty(), Optional.empty()));
    refused("expected a batch size", Work.ask("light", "pictures", 10, 0, 1));
    refused("weight", Work.ask("light", "pictures", 10, 4, 0));
    Refused noFiles =
        assertThrows(
            Refused.class, () -> CLUSTER.client().addModel(new ModelName("never-uploaded")));
    assertEquals(404, noFiles.status());
  }

  private static void refused(String reason, JobAsk ask) {
    Refused no = assertThrows(Refused.class, () -> WORK.submit(ask), ask::toString);
    assertEquals(4, no.status() / 100, no::toString);
    assertTrue(String.valueOf(no.getMessage()).contains(reason), no::toString);
  }

  @Test
  void twoJobsOfUnequalCostShareTheirQueryRatesByWeight() throws Exception {
    JobSpec heavy = WORK.submit(Work.ask("heavy", "pictures", PICTURES, 4, 1));
    JobSpec light = WORK.submit(Work.ask("light", "pictures", PICTURES, 4, 2));
    WORK.awaitDone(light.id());
    WORK.awaitDone(heavy.id());
    List<BatchRecord> heavyBatches = WORK.job(heavy.id()).batches();
    List<BatchRecord> lightBatches = WORK.job(light.id()).batches();
    long from = lightBatches.getFirst().committedMs();
    long to = lightBatches.getLast().committedMs();
    assertTrue(heavyBatches.getLast().committedMs() > to, "the heavy job outlasts the light one");
    double ratio = (double) within(lightBatches, from, to) / within(heavyBatches, from, to);
    assertTrue(ratio > 1.5 && ratio < 2.7, "weights 2 to 1 gave rates " + ratio + " to 1");
  }

  private static long within(List<BatchRecord> batches, long fromMs, long toMs) {
    return batches.stream()
        .filter(batch -> batch.committedMs() > fromMs && batch.committedMs() <= toMs)
        .mapToLong(BatchRecord::queries)
        .sum();
  }

  @Test
  void cancellingAJobFreesItsWorkersAndKeepsWhatWasFinished() throws Exception {
    JobSpec job = WORK.submit(Work.ask("heavy", "pictures", PICTURES, 4, 1));
    WORK.awaitBegun(job.id(), 20);
    CLUSTER.client().jobs().cancel(job.id());
    JobReport cancelled = WORK.job(job.id());
    assertEquals(JobState.CANCELLED, cancelled.state());
    assertTrue(cancelled.finished() >= 20 && cancelled.finished() < PICTURES, cancelled::toString);
    JobSpec next = WORK.submit(Work.ask("light", "pictures", 40, 4, 1));
    WORK.awaitDone(next.id());
    JobReport after = WORK.job(job.id());
    assertEquals(List.of(), after.running());
    assertEquals(cancelled.finished(), after.finished(), "nothing is counted after the cancel");
    assertEquals(cancelled.finished(), WORK.resultsSoFar(job.id()).size());
    assertThrows(Refused.class, () -> CLUSTER.client().jobs().cancel(job.id()));
  }

  @Test
  void aNewBatchSizeIsForNewJobsAlone() throws Exception {
    ModelName model = new ModelName("heavy");
    CLUSTER.client().setBatchSize(model, 8);
    JobAsk ask =
        new JobAsk("heavy", Optional.of("pictures"), 0, 299, Optional.empty(), Optional.empty());
    JobSpec old = WORK.submit(ask);
    WORK.awaitBegun(old.id(), 8);
    CLUSTER.client().setBatchSize(model, 3);
    JobSpec fresh =
        WORK.submit(
            new JobAsk(
                "heavy", Optional.of("pictures"), 0, 29, Optional.empty(), Optional.empty()));
    assertEquals(8, old.batchSize());
    assertEquals(3, fresh.batchSize());
    WORK.awaitDone(fresh.id());
    WORK.awaitDone(old.id());
    assertEquals(38, WORK.job(old.id()).batches().size());
    assertEquals(10, WORK.job(fresh.id()).batches().size());
  }

  @Test
  void resultsWhileAJobRunsArePartOfTheResultsAtItsEnd() throws Exception {
    JobSpec job = WORK.submit(Work.ask("heavy", "pictures", 400, 4, 1));
    WORK.awaitBegun(job.id(), 40);
    List<String> part = WORK.resultsSoFar(job.id());
    assertFalse(part.isEmpty());
    List<String> all =
        new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8).lines().toList();
    assertTrue(part.size() < all.size(), "the job must last longer for this test");
    long last = -1;
    for (ResultLine line : Work.lines(String.join("\n", part))) {
      assertTrue(line.query() > last, "results come in the order of their queries");
      last = line.query();
      assertTrue(part.contains(all.get((int) last)), () -> "changed later: " + line);
    }
    assertEquals(all, WORK.resultsSoFar(job.id()));
  }

  @Test
  void aJobPinsItsPicturesSoThatDeletingThemMidwayChangesNothing() throws Exception {
    WORK.addPictures("fleeting", 200);
    byte[] before = WORK.awaitDone(WORK.submit(Work.ask("heavy", "fleeting", 200, 4, 1)).id());
    JobSpec job = WORK.submit(Work.ask("heavy", "fleeting", 200, 4, 1));
    for (int i = 0; i < 200; i += 2) {
      CLUSTER.client().delete(new FileName("fleeting/%05d.png".formatted(i)));
    }
    assertEquals(
        new String(before, StandardCharsets.UTF_8),
        new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8));
  }
}
