package idunno.benchmarks;

import idunno.node.inference.BatchRunner;
import idunno.node.inference.PictureSource;
import idunno.node.inference.WarmModel;
import idunno.node.quantize.Quantizer;
import idunno.node.quantize.Report;
import idunno.node.quantize.Settings;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What 8 bits gain: pictures a second from JPEG file to guesses, float against int8, beside ONNX
 * Runtime alone on ready tensors, which is the limit. A thread for each core, one shared session;
 * the four measurements alternate, and a fixed loop of additions beside them shows how far the
 * machine's own speed swings.
 */
class Int8Benchmark {

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
        RawNetwork rawFloats = new RawNetwork(exact, floats.card());
        RawNetwork rawBytes = new RawNetwork(small, bytes.card())) {
      List<Series> all =
          List.of(
              new Series("additions", Parallel::additions),
              new Series("float, limit", () -> Parallel.rate(count, rawFloats::run)),
              new Series(
                  "float", () -> Parallel.rate(count, slice -> classify(floats, sources, slice))),
              new Series("int8, limit", () -> Parallel.rate(count, rawBytes::run)),
              new Series(
                  "int8", () -> Parallel.rate(count, slice -> classify(bytes, sources, slice))));
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
        Parallel.THREADS,
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

  private static void classify(WarmModel model, List<PictureSource> pictures, int slice)
      throws Exception {
    BatchRunner.run(
        model, pictures.subList(slice * RawNetwork.PICTURES, (slice + 1) * RawNetwork.PICTURES));
  }
}
