package idunno.benchmarks.jobs;

import idunno.benchmarks.Eventually;
import idunno.benchmarks.Samples;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelCard;
import idunno.node.api.Views.JobAsk;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.demo.LocalCluster;
import idunno.node.transport.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Nodes of this project on this machine, with pictures and both networks, warm. */
final class JobCluster implements AutoCloseable {
  static final String ALEXNET = "alexnet";
  static final String RESNET = "resnet18";

  private static final FileName PICTURES = new FileName("pictures");
  private static final int DIFFERENT = 400;

  /** A look costs the node and this process some milliseconds, which are the jobs' then. */
  private static final long LOOK_EVERY_MS = 2_000;

  private static final Duration DONE_WITHIN = Duration.ofMinutes(10);

  private final LocalCluster cluster;
  private final Client client;

  private JobCluster(LocalCluster cluster) {
    this.cluster = cluster;
    this.client = Client.connect(cluster.apis(), Http.client());
  }

  /**
   * Starts one.
   *
   * @param folder where its data go
   * @param pictures how many pictures its dataset has
   * @param options further options of {@code start}
   */
  static JobCluster start(Path folder, int nodes, int pictures, String... options)
      throws Exception {
    LocalCluster processes =
        LocalCluster.start(program(), folder.resolve("nodes"), nodes, List.of(options));
    JobCluster started = new JobCluster(processes);
    try {
      started.fill(folder, pictures);
    } catch (Exception e) {
      started.close();
      throw e;
    }
    return started;
  }

  /**
   * The launcher, and so the product's own libraries: with those of all peers beside them on the
   * class path ONNX Runtime was seen to crash.
   */
  private static List<String> program() throws IOException, InterruptedException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("idunno"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IOException("no launcher in this folder or above: run it in the source tree");
      }
    }
    String launcher = folder.resolve("idunno").toString();
    prepare(launcher);
    return List.of(launcher);
  }

  /**
   * Has it built, and a node rehearsed, where that is yet to be done: no node shall wait for it.
   */
  private static void prepare(String launcher) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder(launcher, "demo", "--help")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException(launcher + " demo --help ended with " + code);
    }
  }

  private void fill(Path folder, int pictures) throws Exception {
    List<byte[]> samples = Samples.make(Math.min(DIFFERENT, pictures));
    Path local = Files.createDirectories(folder.resolve("pictures"));
    for (int i = 0; i < pictures; i++) {
      Files.write(local.resolve("%05d.jpg".formatted(i)), samples.get(i % samples.size()));
    }
    client.putFolder(local, PICTURES, ByteProgress.SILENT);
    add(ALEXNET, RandomNetworks.alexNet(folder.resolve("alexnet.safetensors")));
    add(RESNET, RandomNetworks.resNet18(folder.resolve("resnet18.safetensors")));
    client.train(
        List.of(),
        trained -> {
          if (!trained.warm()) {
            throw new IllegalStateException("not warm: " + trained);
          }
        });
  }

  private void add(String name, Path weights) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program());
    command.addAll(
        List.of(
            "model",
            "add",
            name,
            weights.toString(),
            "--preset",
            "torchvision",
            "--labels",
            "imagenet",
            "--api",
            cluster.apis().getFirst().toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed;
    try (var in = process.inputReader()) {
      printed = in.readAllAsString();
    }
    if (process.waitFor() != 0) {
      throw new IOException(command + " ended with " + process.exitValue() + ": " + printed);
    }
  }

  /** Fetches a model's files from the store. */
  Path model(String name, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String part :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      client.get(
          new FileName("models/" + name).resolve(part),
          OptionalInt.empty(),
          folder.resolve(part),
          ByteProgress.SILENT);
    }
    return folder;
  }

  /** Starts a job over the dataset's first pictures. */
  JobSpec submit(String model, int queries, int batchSize, int weight, Optional<JobId> after)
      throws IOException {
    return client
        .jobs()
        .submit(
            new JobAsk(
                model,
                Optional.of(PICTURES.value()),
                0,
                queries - 1L,
                Optional.of(batchSize),
                Optional.of(weight),
                after,
                Optional.empty()));
  }

  /** Waits for a job's end, and gives all that is known of it. */
  JobReport await(JobSpec job) throws IOException, InterruptedException {
    Eventually.see(
        "job " + job.id() + " is at its end",
        DONE_WITHIN,
        LOOK_EVERY_MS,
        () -> find(client.report(job.id()), job).state().isEnd());
    JobReport seen = find(client.history(job.id()), job);
    if (seen.state() != JobState.DONE || seen.failures() > 0) {
      throw new IOException("job " + job.id() + ": " + seen.state() + ", " + seen.failures());
    }
    return seen;
  }

  /** Waits until so many queries of a job are finished. */
  void awaitFinished(JobSpec job, long finished) throws IOException, InterruptedException {
    Eventually.see(
        finished + " finished queries of job " + job.id(),
        DONE_WITHIN,
        () -> find(client.report(job.id()), job).finished() >= finished);
  }

  private static JobReport find(Report report, JobSpec job) {
    return report.jobs().stream()
        .filter(one -> one.spec().id().equals(job.id()))
        .findFirst()
        .orElseThrow();
  }

  /** Runs one job alone. {@return queries a second, from its submission until it is done} */
  double rate(String model, int queries, int batchSize) throws IOException, InterruptedException {
    JobSpec job = submit(model, queries, batchSize, 1, Optional.empty());
    JobReport done = await(job);
    return queries * 1e3 / (done.endedMs() - job.submittedMs());
  }

  /** Stops its processes where they are, so that others have the cores to themselves. */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Has its processes go on. They may have to elect a coordinator first. */
  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    for (LocalCluster.Machine machine : cluster.machines()) {
      machine.signal(signal);
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
