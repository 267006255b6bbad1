package idunno.benchmarks.jobs;

import idunno.benchmarks.Parallel;
import idunno.benchmarks.RawNetwork;
import idunno.benchmarks.Samples;
import idunno.core.models.ModelCard;
import idunno.node.inference.WarmModel;
import idunno.node.pictures.Preprocessor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images a second from the store to the result file, beside what the cores could do: ONNX Runtime
 * alone on ready tensors, and decoding alone. Both limits are measured in turn with the jobs, each
 * time anew. See {@code docs/benchmarks.md}.
 */
class InferenceBenchmark {
  private static final int DECODED = 512;
  private static final int PROCESSES = 5;

  private final int batch = Integer.getInteger("inference.batch", 32);
  private final int pictures = Integer.getInteger("inference.pictures", 2_000);
  private final int warm = Integer.getInteger("inference.warm", 3);
  private final int rounds = Integer.getInteger("inference.rounds", 3);
  private final String only = System.getProperty("inference.only", "first second five");
  private final List<String> models =
      List.of(
          System.getProperty("inference.models", JobCluster.ALEXNET + " " + JobCluster.RESNET)
              .split(" "));

  @TempDir Path folder;

  /** Images a second, one figure a round. */
  private record Measured(List<Double> infer, List<Double> decode, List<Double> jobs) {
    Measured() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  @Test
  void fromTheStoreToTheResultFile() throws Exception {
    String cores = Integer.toString(Parallel.THREADS);
    StringBuilder table = new StringBuilder();
    if (only.contains("first")) {
      firstPass(table, cores);
    }
    if (only.contains("second")) {
      secondPass(table, cores);
    }
    if (only.contains("five")) {
      fiveProcesses(table, cores);
    }
    print(table);
  }

  private void firstPass(StringBuilder table, String cores) throws Exception {
    try (JobCluster one =
        JobCluster.start(
            folder.resolve("first"), 1, pictures, "--slots", cores, "--picture-memory", "0")) {
      for (String model : models) {
        Measured first = measure(one, model, false);
        double infer = median(first.infer());
        double limit = 1 / (1 / infer + 1 / median(first.decode()));
        line(table, model, "first pass, cores / (t_infer + t_decode)", first, limit);
      }
    }
  }

  private void secondPass(StringBuilder table, String cores) throws Exception {
    try (JobCluster one =
        JobCluster.start(folder.resolve("second"), 1, pictures, "--slots", cores)) {
      for (String model : models) {
        Measured second = measure(one, model, true);
        line(
            table,
            model,
            "second pass, ONNX Runtime on ready tensors",
            second,
            median(second.infer()));
      }
    }
  }

  /**
   * The same by five processes that share the cores, in turn with one that has them to itself: a
   * machine's speed may drift by more than the difference within the minutes that either takes.
   */
  private void fiveProcesses(StringBuilder table, String cores) throws Exception {
    try (JobCluster one = JobCluster.start(folder.resolve("one"), 1, pictures, "--slots", cores)) {
      for (int i = 0; i < warm; i++) {
        one.rate(models.getFirst(), pictures, batch);
      }
      one.freeze();
      try (JobCluster five =
          JobCluster.start(folder.resolve("five"), PROCESSES, pictures, "--slots", "1")) {
        // Each of them runs but a part of the pictures: it takes as many jobs more until each has
        // run as many as the one, and the compilers have as little left to do.
        for (int i = 0; i < PROCESSES * warm; i++) {
          five.rate(models.getFirst(), pictures, batch);
        }
        five.freeze();
        for (String model : models) {
          Measured shared = new Measured();
          Measured alone = new Measured();
          for (int round = 0; round <= rounds; round++) {
            double byOne = rateOf(one, model);
            double byFive = rateOf(five, model);
            if (round > 0) { // the first warms up
              alone.jobs().add(byOne);
              shared.jobs().add(byFive);
            }
          }
          line(
              table,
              model,
              "second pass, five processes, one process in turn with them",
              shared,
              median(alone.jobs()));
        }
      }
    }
  }

  /**
   * A frozen cluster's images a second; it is frozen again afterwards. A cluster of several nodes
   * has another coordinator whenever it wakes, which has coordinated little or never: a whole job
   * goes by first.
   */
  private double rateOf(JobCluster frozen, String model) throws Exception {
    frozen.thaw();
    frozen.rate(model, pictures, batch);
    double rate = frozen.rate(model, pictures, batch);
    frozen.freeze();
    return rate;
  }

  private void print(StringBuilder table) {
    System.out.printf(
        Locale.ROOT,
        "%n%d pictures of 500 x 375 in batches of %d, %d cores, medians of %d rounds%n%n%s%n",
        pictures,
        batch,
        Parallel.THREADS,
        rounds,
        "| model | against | images/s (lowest to highest) | limit | reached |\n"
            + "| --- | --- | ---: | ---: | ---: |\n"
            + table);
  }

  private Measured measure(JobCluster cluster, String model, boolean isSecondPass)
      throws Exception {
    Path local = cluster.model(model, folder.resolve(model + System.nanoTime()));
    Measured measured = new Measured();
    ModelCard card;
    try (WarmModel warm = WarmModel.open(local)) {
      card = warm.card();
    }
    List<byte[]> samples = Samples.make(DECODED);
    if (isSecondPass) {
      cluster.rate(model, pictures, batch);
    }
    try (RawNetwork raw = new RawNetwork(local, card)) {
      for (int round = 0; round <= rounds; round++) {
        double infer = Parallel.rate(Math.min(pictures, DECODED), raw::run);
        double decode = isSecondPass ? 0 : decode(card, samples);
        double job = cluster.rate(model, pictures, batch);
        if (round > 0) { // the first warms up
          measured.infer().add(infer);
          measured.decode().add(decode);
          measured.jobs().add(job);
        }
      }
    }
    return measured;
  }

  /** JPEG files to a network's input, on all cores. */
  private static double decode(ModelCard card, List<byte[]> samples) throws Exception {
    Preprocessor preprocessor = new Preprocessor(card.preprocessing());
    return Parallel.rate(
        samples.size(),
        slice -> {
          Preprocessor.Scratch scratch = preprocessor.scratch();
          FloatBuffer input =
              ByteBuffer.allocateDirect(preprocessor.floatsPerPicture() * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          for (int i = 0; i < RawNetwork.PICTURES; i++) {
            byte[] file = samples.get(slice * RawNetwork.PICTURES + i);
            preprocessor.write(preprocessor.decode(file), scratch, input, 0);
          }
        });
  }

  private static void line(
      StringBuilder table, String model, String against, Measured measured, double limit) {
    double[] jobs = measured.jobs().stream().mapToDouble(each -> each).sorted().toArray();
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | **%.1f** (%.1f to %.1f) | %.1f | **%.0f %%** |%n",
            model,
            against,
            median(measured.jobs()),
            jobs[0],
            jobs[jobs.length - 1],
            limit,
            100 * median(measured.jobs()) / limit));
  }

  private static double median(List<Double> figures) {
    double[] sorted = figures.stream().mapToDouble(each -> each).toArray();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
