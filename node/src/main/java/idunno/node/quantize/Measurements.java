package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import idunno.node.inference.PictureSource;
import idunno.node.inference.UnfitModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a network's insides, measured on the calibration pictures. Nothing depends
 * on the number of threads: histograms are sums of whole numbers, and sums of other numbers are
 * taken in the pictures' order.
 */
final class Measurements {
  /** How many pictures the blame is measured on. */
  private static final int FEW = 16;

  private final Network network;
  private final Probe probe;
  private final List<? extends PictureSource> pictures;
  private final Path scratch;

  /**
   * Prepares to measure.
   *
   * @param scratch a file that may be written
   */
  Measurements(Network network, Probe probe, List<? extends PictureSource> pictures, Path scratch) {
    this.network = network;
    this.probe = probe;
    this.pictures = pictures;
    this.scratch = scratch;
  }

  /**
   * How often which values occur.
   *
   * @param values the names of the values
   * @throws UnfitModel if the network cannot be run, no picture can be read, or a value is no
   *     number
   */
  Map<String, Histogram> histograms(Set<String> values)
      throws UnfitModel, IOException, InterruptedException {
    List<String> inside = values.stream().filter(v -> !v.equals(network.input())).toList();
    network.write(scratch, network.nodes(), Map.of(), Probe.outputs(inside));
    // As many sets as threads look at once: each is in one thread's hands at a time.
    ConcurrentLinkedQueue<Map<String, Histogram>> sets = new ConcurrentLinkedQueue<>();
    List<Optional<Boolean>> seen =
        probe.look(
            scratch,
            "ranges",
            pictures,
            found -> {
              @Nullable Map<String, Histogram> set = sets.poll();
              Map<String, Histogram> mine = set == null ? new LinkedHashMap<>() : set;
              for (String value : values) {
                count(mine, value, found.get(value));
              }
              sets.add(mine);
              return true;
            });
    if (seen.stream().allMatch(Optional::isEmpty)) {
      throw new UnfitModel(
          "expected pictures to calibrate with, found none that can be read among "
              + pictures.size());
    }
    Map<String, Histogram> sum = new LinkedHashMap<>();
    for (Map<String, Histogram> set : sets) {
      set.forEach((name, part) -> sum.computeIfAbsent(name, _ -> new Histogram()).add(part));
    }
    return sum;
  }

  private static void count(
      Map<String, Histogram> into, String value, @Nullable FloatBuffer found) {
    if (found == null) {
      throw new IllegalStateException("value " + value + ": the network did not give it");
    }
    try {
      into.computeIfAbsent(value, _ -> new Histogram()).add(found);
    } catch (IllegalArgumentException e) {
      throw new Probe.OddValue("value " + value + ": " + e.getMessage());
    }
  }

  /**
   * How large each channel of a value is: its largest number without a sign, on the average
   * picture.
   *
   * @param channels how many channels each value has
   */
  Map<String, float[]> sizes(Map<String, Integer> channels)
      throws UnfitModel, IOException, InterruptedException {
    network.write(scratch, network.nodes(), Map.of(), Probe.outputs(channels.keySet()));
    List<Optional<Map<String, float[]>>> seen =
        probe.look(
            scratch,
            "sizes of channels",
            pictures,
            found -> {
              Map<String, float[]> largest = new LinkedHashMap<>();
              channels.forEach(
                  (value, count) -> largest.put(value, largest(found.get(value), count)));
              return largest;
            });
    Map<String, float[]> means = new LinkedHashMap<>();
    for (String value : channels.keySet()) {
      means.put(
          value, mean(seen.stream().flatMap(Optional::stream).map(m -> of(m, value)).toList()));
    }
    return means;
  }

  private static float[] largest(@Nullable FloatBuffer values, int channels) {
    float[] largest = new float[channels];
    int each = values == null ? 0 : values.remaining() / channels;
    for (int i = 0; values != null && i < each * channels; i++) {
      largest[i / each] = Math.max(largest[i / each], Math.abs(values.get(i)));
    }
    return largest;
  }

  /**
   * What must be added to each layer's bias so that its 8-bit results are right in the mean:
   * rounded weights shift the mean of each channel, and this error, unlike that of single values,
   * adds up from layer to layer (<a href="https://arxiv.org/abs/1906.04721">Nagel et al. 2019</a>,
   * section 4.2).
   */
  Map<String, float[]> corrections(Plan plan) throws UnfitModel, IOException, InterruptedException {
    Map<String, String> shifts = new LinkedHashMap<>();
    QdqGraph graph = new QdqGraph(network, plan, Map.of());
    graph.buildApart(
        unit -> {
          String exact = unit.node().getOutput(0);
          if (unit.hasWeights() && !unit.node().getOpType().equals("MatMul")) {
            graph.add(unit, exact + "/alone");
            graph.add("Sub", exact + "/shift", exact, exact + "/alone");
            String shift = exact + "/shift";
            if (unit.kind() == Unit.Kind.CONVOLUTION) {
              graph.add("GlobalAveragePool", exact + "/shift/mean", shift);
              shift += "/mean";
            }
            shifts.put(unit.name(), shift);
          }
        });
    network.write(scratch, graph.nodes(), graph.constants(), Probe.outputs(shifts.values()));
    List<Optional<Map<String, float[]>>> seen =
        probe.look(
            scratch,
            "mean errors",
            pictures,
            found -> {
              Map<String, float[]> copy = new LinkedHashMap<>();
              shifts.forEach((unit, shift) -> copy.put(unit, copy(found, shift)));
              return copy;
            });
    Map<String, float[]> means = new LinkedHashMap<>();
    for (String unit : shifts.keySet()) {
      means.put(unit, mean(seen.stream().flatMap(Optional::stream).map(m -> of(m, unit)).toList()));
    }
    return means;
  }

  private static float[] mean(List<float[]> rows) {
    float[] mean = new float[rows.getFirst().length];
    for (int c = 0; c < mean.length; c++) {
      double sum = 0;
      for (float[] row : rows) {
        sum += row[c];
      }
      mean[c] = (float) (sum / rows.size());
    }
    return mean;
  }

  /**
   * How clean the scores are when one unit alone is computed in 8 bits: on a few pictures, since
   * each unit is a network of its own.
   *
   * @param scores the value to look at
   * @return the ratio of signal to noise in decibels, by the unit's name: the sums of squares of
   *     the float scores around their mean, and of their differences from what comes out
   */
  Map<String, Double> blame(Plan plan, Map<String, float[]> corrections, String scores)
      throws UnfitModel, IOException, InterruptedException {
    List<? extends PictureSource> few = few();
    List<float[]> exact = scores(network.nodes(), Map.of(), scores, few, "");
    Map<String, Double> decibels = new LinkedHashMap<>();
    for (Unit unit : plan.active()) {
      if (unit.kind() != Unit.Kind.MOVE) {
        QdqGraph graph = new QdqGraph(network, plan.only(unit), corrections).build();
        String step = "noise of " + unit.name();
        List<float[]> found = scores(graph.nodes(), graph.constants(), scores, few, step);
        decibels.put(unit.name(), signalToNoise(exact, found));
      }
    }
    return decibels;
  }

  private List<? extends PictureSource> few() {
    if (pictures.size() <= FEW) {
      return pictures;
    }
    List<PictureSource> few = new ArrayList<>();
    for (int i = 0; i < FEW; i++) {
      few.add(pictures.get(i * pictures.size() / FEW));
    }
    return few;
  }

  private List<float[]> scores(
      List<NodeProto> nodes,
      Map<String, TensorProto> constants,
      String scores,
      List<? extends PictureSource> few,
      String step)
      throws UnfitModel, IOException, InterruptedException {
    network.write(scratch, nodes, constants, Probe.outputs(List.of(scores)));
    return probe.look(scratch, step, few, found -> copy(found, scores)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static double signalToNoise(List<float[]> exact, List<float[]> found) {
    double signal = 0;
    double noise = 0;
    for (int p = 0; p < exact.size(); p++) {
      float[] wanted = exact.get(p);
      double mean = 0;
      for (float score : wanted) {
        mean += score / wanted.length;
      }
      for (int c = 0; c < wanted.length; c++) {
        double error = wanted[c] - found.get(p)[c];
        signal += (wanted[c] - mean) * (wanted[c] - mean);
        noise += error * error;
      }
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }

  private static float[] copy(Map<String, FloatBuffer> found, String value) {
    FloatBuffer values = found.get(value);
    if (values == null) {
      throw new IllegalStateException("value " + value + ": the network did not give it");
    }
    float[] copy = new float[values.remaining()];
    values.duplicate().get(copy);
    return copy;
  }

  private static float[] of(Map<String, float[]> map, String unit) {
    float[] values = map.get(unit);
    if (values == null) {
      throw new IllegalStateException("unit " + unit + ": not measured");
    }
    return values;
  }
}
