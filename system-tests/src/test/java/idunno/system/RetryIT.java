package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.node.api.ResultLine;
import idunno.node.api.Views.JobAsk;
import idunno.node.client.ByteProgress;
import idunno.node.client.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Failed queries that are run again once their pictures are mended. */
class RetryIT {
  private static final int PICTURES = 40;
  private static final int BROKEN = 17;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(3, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);

  @BeforeAll
  static void bringAModel() throws IOException {
    WORK.addModel("light", new Network(2));
    WORK.addModel("heavy", new Network(20));
    WORK.warm();
  }

  private static Path withBroken(String dataset, int... broken) throws IOException {
    return withSomeBroken(dataset, PICTURES, broken);
  }

  private static Path withSomeBroken(String dataset, int pictures, int... broken)
      throws IOException {
    Path folder = Pictures.write(CLUSTER.scratch().resolve(dataset), pictures);
    Path good = Files.createDirectories(CLUSTER.scratch().resolve(dataset + "-good"));
    for (int one : broken) {
      String name = "%05d.png".formatted(one);
      Files.copy(folder.resolve(name), good.resolve(name));
      Files.writeString(folder.resolve(name), "this is no picture");
    }
    CLUSTER.client().putFolder(folder, new FileName(dataset), ByteProgress.SILENT);
    return good;
  }

  private static void mend(Path good, String dataset) throws IOException {
    CLUSTER.client().putFolder(good, new FileName(dataset), ByteProgress.SILENT);
  }

  private static Cli.Said retry(JobSpec job) throws InterruptedException {
    String api = CLUSTER.coordinator().api().toString();
    return Cli.run(api, "retry-failed", job.id().toString(), "--wait");
  }

  private static List<String> fileOf(JobSpec job) throws IOException {
    return new String(WORK.file(job.resultFile()), StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aBrokenPictureThatIsReplacedIsAnsweredAndAllOtherLinesStayAsTheyAre() throws Exception {
    Path good = withBroken("pictures", BROKEN);
    JobSpec job = WORK.submit(Work.ask("light", "pictures", PICTURES, 4, 1));
    List<String> before =
        new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8).lines().toList();
    assertEquals(1, WORK.job(job.id()).failures());

    Cli.Said inVain = retry(job);
    assertEquals(0, inVain.code(), inVain::toString);
    assertTrue(inVain.out().contains("goes on with 1 query"), inVain::toString);
    assertTrue(inVain.out().contains("1 failed"), inVain::toString);
    assertEquals(before, fileOf(job), "the picture is as broken as before");

    mend(good, "pictures");
    Cli.Said said = retry(job);
    assertEquals(0, said.code(), said::toString);
    assertTrue(said.out().contains("0 failed"), said::toString);
    JobReport done = WORK.job(job.id());
    assertEquals(JobState.DONE, done.state());
    assertEquals(0, done.failures());
    assertEquals(PICTURES, done.finished());
    assertEquals(12, done.batches().size());
    List<String> after = fileOf(job);
    List<String> others = new ArrayList<>(after);
    List<String> othersBefore = new ArrayList<>(before);
    ResultLine mended = Work.lines(others.remove(BROKEN)).getFirst();
    othersBefore.remove(BROKEN);
    assertEquals(othersBefore, others);
    assertEquals("ok", mended.status());
    assertEquals(BROKEN, mended.query());
    assertEquals(
        3, CLUSTER.client().file(job.resultFile()).orElseThrow().versions().getLast().number());

    Refused no = assertThrows(Refused.class, () -> CLUSTER.client().jobs().retryFailed(job.id()));
    assertTrue(String.valueOf(no.getMessage()).contains("has no failed queries"), no::toString);
  }

  @Test
  void aJobThatWasGivenUpEndsWithTheFileThatItWouldHaveHadFromTheBeginning() throws Exception {
    Path good = withBroken("broken", 0, 1, 2, 3, 20);
    JobAsk ask =
        new JobAsk(
            "light",
            Optional.of("broken"),
            0,
            PICTURES - 1,
            Optional.of(4),
            Optional.empty(),
            Optional.empty(),
            Optional.of(3));
    JobSpec job = WORK.submit(ask);
    Eventually.see(
        "the job is given up",
        Work.DONE_WITHIN,
        () -> WORK.job(job.id()).state(),
        JobState.FAILED::equals);
    mend(good, "broken");
    Cli.Said said = retry(job);
    assertEquals(0, said.code(), said::toString);
    assertEquals(0, WORK.job(job.id()).failures());

    JobSpec fresh = WORK.submit(Work.ask("light", "broken", PICTURES, 4, 1));
    assertEquals(
        new String(WORK.awaitDone(fresh.id()), StandardCharsets.UTF_8).lines().toList(),
        fileOf(job));
  }

  @Test
  void theCoordinatorMayDieWhileAJobIsRetriedAndNoQueryIsLostOrCountedTwice() throws Exception {
    int pictures = 200;
    int[] broken = IntStream.range(20, pictures).toArray();
    Path good = withSomeBroken("many", pictures, broken);
    JobSpec job = WORK.submit(Work.ask("heavy", "many", pictures, 4, 1));
    WORK.awaitDone(job.id());
    assertEquals(broken.length, WORK.job(job.id()).failures());
    mend(good, "many");

    CLUSTER.client().jobs().retryFailed(job.id());
    WORK.awaitBegun(job.id(), 20 + broken.length / 4);
    CLUSTER.coordinator().signal("KILL");
    JobReport done =
        Eventually.see(
            "the retried job is done",
            Work.DONE_WITHIN,
            () -> WORK.job(job.id()),
            seen -> seen.state() == JobState.DONE);
    assertEquals(pictures, done.finished());
    assertEquals(0, done.failures());
    List<Integer> numbers = done.batches().stream().map(BatchRecord::number).sorted().toList();
    assertEquals(IntStream.range(0, 50 + broken.length / 4).boxed().toList(), numbers);

    JobSpec fresh = WORK.submit(Work.ask("heavy", "many", pictures, 4, 1));
    assertEquals(
        new String(WORK.awaitDone(fresh.id()), StandardCharsets.UTF_8).lines().toList(),
        fileOf(job));
  }
}
