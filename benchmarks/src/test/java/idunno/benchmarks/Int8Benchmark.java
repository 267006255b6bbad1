package idunno.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.inference.BatchRunner;
import idunno.node.inference.OnnxRuntime;
import idunno.node.inference.PictureSource;
import idunno.node.inference.WarmModel;
import idunno.node.quantize.Quantizer;
import idunno.node.quantize.Report;
import idunno.node.quantize.Settings;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What 8 bits gain: pictures a second from JPEG file to guesses, float against int8, beside ONNX
 * Runtime alone on ready tensors, which is the limit. A thread for each core, one shared session;
 * the four measurements alternate, and a fixed loop of additions beside them shows how far the
 * machine's own speed swings.
 */
class Int8Benchmark {
  private static final int PER_RUN = 8;
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  @TempDir Path folder;

  /** A measurement and its figures, one a round. */
  private record Series(String name, Callable<Double> once, List<Double> figures) {
    Series(String name, Callable<Double> once) {
      this(name, once, new ArrayList<>());
    }

    double median() {
      double[] sorted = figures.stream().mapToDouble(each -> each).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  private interface Work {
    void run(int slice) throws Exception;
  }

  @Test
  void floatAgainstInt8() throws Exception {
    String name = System.getProperty("int8.model", "resnet50");
    int count = Integer.getInteger("int8.pictures", 256);
    int rounds = Integer.getInteger("int8.rounds", 5);
    List<byte[]> pictures = Samples.make(count);
    List<PictureSource> sources = new ArrayList<>();
    pictures.forEach(file -> sources.add(() -> file));

    Path exact = Zoo.prepare(name, Zoo.defaultCache(), Progress.none());
    Path small = folder.resolve("int8");
    int third = count / 3;
    Report report =
        Quantizer.quantize(
            exact,
            small,
            sources.subList(0, third),
            sources.subList(third, count),
            Settings.USUAL,
            (step, done, parts) -> {});

    try (WarmModel floats = WarmModel.open(exact);
        WarmModel bytes = WarmModel.open(small);
        Raw rawFloats = new Raw(exact, floats.card());
        Raw rawBytes = new Raw(small, bytes.card())) {
      List<Series> all =
          List.of(
              new Series("additions", Int8Benchmark::additions),
              new Series("float, limit", () -> rate(count, rawFloats::run)),
              new Series("float", () -> rate(count, slice -> classify(floats, sources, slice))),
              new Series("int8, limit", () -> rate(count, rawBytes::run)),
              new Series("int8", () -> rate(count, slice -> classify(bytes, sources, slice))));
      for (int round = 0; round <= rounds; round++) {
        for (Series series : all) {
          double figure = series.once().call();
          if (round > 0) { // the first warms up
            series.figures().add(figure);
          }
        }
      }
      print(name, count, report, all);
    }
  }

  private static void print(String name, int count, Report report, List<Series> all) {
    System.out.printf(
        Locale.ROOT,
        "%n%s, %d pictures of 500 x 375, %d threads, medians of %d rounds, alternating%n",
        name,
        count,
        THREADS,
        all.getFirst().figures().size());
    System.out.println("              pictures/s   lowest  highest");
    for (Series series : all.subList(1, all.size())) {
      double[] sorted = series.figures().stream().mapToDouble(each -> each).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "%-12s %11.1f %8.1f %8.1f%n",
          series.name(),
          series.median(),
          sorted[0],
          sorted[sorted.length - 1]);
    }
    double[] swing = all.getFirst().figures().stream().mapToDouble(each -> each).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "end to end: int8 is %.2f times as fast; of its limit float reaches %.0f %%, int8 %.0f %%%n"
            + "agreement on %d held-out pictures: %.2f %%, mean shift of the score %.4f%n"
            + "%d layers in 8 bits, %d in float: %s%n"
            + "the machine's own speed swung by %.0f %% meanwhile%n",
        all.get(4).median() / all.get(2).median(),
        100 * all.get(2).median() / all.get(1).median(),
        100 * all.get(4).median() / all.get(3).median(),
        report.agreement().pictures(),
        100 * report.agreement().share(),
        report.agreement().meanScoreShift(),
        report.layersQuantised(),
        report.leftFloat().size(),
        report.leftFloat(),
        100 * (swing[swing.length - 1] / swing[0] - 1));
  }

  /** Runs {@code count} pictures in slices on all threads; {@return pictures a second} */
  private static double rate(int count, Work work) throws Exception {
    int slices = count / PER_RUN;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Boolean>> each = new ArrayList<>();
      for (int i = 0; i < slices; i++) {
        int slice = i;
        each.add(
            () -> {
              work.run(slice);
              return true;
            });
      }
      long started = System.nanoTime();
      for (Future<Boolean> done : threads.invokeAll(each)) {
        done.get();
      }
      return slices * PER_RUN / ((System.nanoTime() - started) / 1e9);
    }
  }

  private static void classify(WarmModel model, List<PictureSource> pictures, int slice)
      throws Exception {
    BatchRunner.run(model, pictures.subList(slice * PER_RUN, (slice + 1) * PER_RUN));
  }

  /** A fixed piece of arithmetic on all threads; {@return how often a second} */
  private static double additions() throws Exception {
    return rate(
        PER_RUN * 2 * THREADS,
        slice -> {
          double sum = slice;
          for (int i = 0; i < 50_000_000; i++) {
            sum += sum * 1e-9;
          }
          if (Double.isNaN(sum)) {
            throw new IllegalStateException("not reached: the sum must be used");
          }
        });
  }

  /** The network alone, on tensors that are ready. */
  private static final class Raw implements AutoCloseable {
    private final OrtEnvironment environment = OnnxRuntime.environment();
    private final OrtSession session;
    private final String input;
    private final OnnxTensor tensor;

    Raw(Path model, ModelCard card) throws OrtException {
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        session =
            environment.createSession(model.resolve(ModelCard.NETWORK_FILE).toString(), options);
      }
      input = session.getInputNames().iterator().next();
      Preprocessing how = card.preprocessing();
      float[] values = new float[PER_RUN * 3 * how.width() * how.height()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (i * 31 % 255 - 127) / 64f;
      }
      FloatBuffer buffer =
          ByteBuffer.allocateDirect(values.length * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      buffer.put(values).flip();
      long[] shape =
          how.layout() == Preprocessing.Layout.NCHW
              ? new long[] {PER_RUN, 3, how.height(), how.width()}
              : new long[] {PER_RUN, how.height(), how.width(), 3};
      tensor = OnnxTensor.createTensor(environment, buffer, shape);
    }

    void run(int slice) throws OrtException {
      session.run(Map.of(input, tensor)).close();
    }

    @Override
    public void close() throws OrtException {
      tensor.close();
      session.close();
    }
  }
}
