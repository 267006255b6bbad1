package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelName;
import idunno.node.api.ResultLine;
import idunno.node.api.Views.JobAsk;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/** Models, datasets and jobs of a cluster under test. */
record Work(Cluster cluster) {
  /** How long a job of some seconds may take here, with faults in it. */
  static final Duration DONE_WITHIN = Duration.ofMinutes(3);

  /** Uploads a network and adds it as a model. */
  void addModel(String name, Network network) throws IOException {
    Client client = cluster.client();
    Path folder = network.write(cluster.scratch().resolve("model-" + name), name);
    client.putFolder(folder, new FileName("models/" + name), ByteProgress.SILENT);
    client.addModel(new ModelName(name));
  }

  /** Loads and warms models on all nodes. */
  void warm() throws IOException {
    cluster
        .client()
        .train(List.of(), trained -> assertTrue(trained.warm(), () -> "not warm: " + trained));
  }

  /** Uploads a dataset of that many pictures. */
  void addPictures(String dataset, int count) throws IOException {
    Path folder = Pictures.write(cluster.scratch().resolve(dataset), count);
    cluster.client().putFolder(folder, new FileName(dataset), ByteProgress.SILENT);
  }

  /** What to ask for: the first {@code queries} of a dataset. */
  static JobAsk ask(String model, String dataset, int queries, int batchSize, int weight) {
    return new JobAsk(
        model, Optional.of(dataset), 0, queries - 1L, Optional.of(batchSize), Optional.of(weight));
  }

  /** Submits a job by any node. */
  JobSpec submit(JobAsk ask) throws IOException {
    return cluster.client().jobs().submit(ask);
  }

  /** What is known of a job now. */
  JobReport job(JobId id) throws IOException {
    Report report = cluster.client().history();
    return report.jobs().stream()
        .filter(job -> job.spec().id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IOException("no job " + id + " in the report"));
  }

  /** Waits until so many queries of a job are finished; fails if all are. */
  JobReport awaitBegun(JobId id, long finished) throws InterruptedException {
    JobReport seen =
        Eventually.see(
            finished + " finished queries of job " + id,
            DONE_WITHIN,
            () -> job(id),
            job -> job.finished() >= finished);
    assertEquals(JobState.RUNNING, seen.state(), "the job must last longer for this test");
    return seen;
  }

  /**
   * Waits for a job's end, and checks that each query was counted once and none lost.
   *
   * @return the result file
   */
  byte[] awaitDone(JobId id) throws IOException, InterruptedException {
    JobReport job =
        Eventually.see(
            "job " + id + " is done",
            DONE_WITHIN,
            () -> job(id),
            seen -> seen.state() == JobState.DONE);
    return whole(job);
  }

  /**
   * Checks of a job that is done that each query was counted once and none lost.
   *
   * @param job with its batches
   * @return the result file
   */
  byte[] whole(JobReport job) throws IOException {
    assertEquals(job.spec().range().size(), job.finished(), "finished is what was asked");
    NavigableSet<Integer> numbers = new TreeSet<>();
    long counted = 0;
    for (BatchRecord batch : job.batches()) {
      assertTrue(numbers.add(batch.number()), "batch " + batch.number() + " was counted twice");
      assertEquals(job.spec().sizeOf(batch.number()), batch.queries());
      counted += batch.queries();
    }
    assertEquals(job.spec().range().size(), counted);
    byte[] file = file(job.spec().resultFile());
    List<ResultLine> lines = lines(new String(file, StandardCharsets.UTF_8));
    assertEquals(job.spec().range().size(), lines.size());
    for (int i = 0; i < lines.size(); i++) {
      assertEquals(job.spec().range().start() + i, lines.get(i).query());
    }
    assertEquals(
        job.failures(), lines.stream().filter(line -> line.status().equals("failed")).count());
    return file;
  }

  /** A file of the store. */
  byte[] file(FileName name) throws IOException {
    Path local = cluster.scratch().resolve("file");
    cluster.client().get(name, OptionalInt.empty(), local, ByteProgress.SILENT);
    return Files.readAllBytes(local);
  }

  /** The results that a job has so far, as text. */
  List<String> resultsSoFar(JobId id) throws IOException {
    List<String> lines = new ArrayList<>();
    cluster.client().jobs().results(id, lines::add);
    return lines;
  }

  /** Lines of a result file. */
  static List<ResultLine> lines(String text) {
    return text.lines()
        .map(line -> Codec.json().decode(line.getBytes(StandardCharsets.UTF_8), ResultLine.class))
        .toList();
  }
}
