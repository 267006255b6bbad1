package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the channels of an activation more equally large, since they share one grid, and a channel
 * that is a tenth of the largest has a tenth of its 256 steps. Dividing a channel where it is made
 * and multiplying it where it is used changes nothing in floats, as long as what lies between only
 * adds and takes maxima and means: {@code relu(x / s) * s = relu(x)} (cross-layer equalisation, <a
 * href="https://arxiv.org/abs/1906.04721">Nagel et al. 2019</a>, section 4.1). The factor is the
 * root of the channel's size: what is gained in the activation is lost in the weights behind it, so
 * half of the difference is taken from each (<a href="https://arxiv.org/abs/2211.10438">Xiao et al.
 * 2022</a>, section 4, with sizes of activations as seen).
 */
final class Equalisation {
  /** A factor beyond this, or below its inverse, would do more harm in the bias than good. */
  private static final double MOST = 64;

  private final Network network;
  private final Map<String, String> same = new HashMap<>();
  private final Set<String> fixed = new HashSet<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /**
   * Values whose channels must be scaled alike.
   *
   * @param values the values
   * @param makers the layers that they come from
   * @param users the layers that use them
   */
  record Group(Set<String> values, List<NodeProto> makers, List<NodeProto> users) {
    Group() {
      this(new LinkedHashSet<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  private Equalisation(Network network) {
    this.network = network;
    network.nodes().forEach(this::connect);
    fixed.add(network.input());
    fixed.add(network.output());
    Set<String> bad = new HashSet<>();
    fixed.forEach(value -> bad.add(root(value)));
    for (NodeProto node : network.nodes()) {
      if (isLayer(node)) {
        group(node.getInput(0)).users().add(node);
        group(node.getOutput(0)).makers().add(node);
      }
      node.getOutputList().forEach(value -> group(value).values().add(value));
    }
    bad.forEach(groups::remove);
    groups.values().removeIf(group -> !fits(group));
  }

  private Group group(String value) {
    return groups.computeIfAbsent(root(value), _ -> new Group());
  }

  /**
   * How many channels each value has that could be equalised.
   *
   * @param values the values that matter
   */
  static Map<String, Integer> channels(Network network, Set<String> values) {
    Map<String, Integer> channels = new LinkedHashMap<>();
    Equalisation equalisation = new Equalisation(network);
    for (Group group : equalisation.groups.values()) {
      int count = ChannelWeights.channels(network, group.makers().getFirst());
      group.values().stream().filter(values::contains).forEach(v -> channels.put(v, count));
    }
    return channels;
  }

  /**
   * Scales a network's weights and biases.
   *
   * @param sizes how large each channel is, for each value of {@link #channels}
   */
  static Network apply(Network network, Map<String, float[]> sizes) {
    Equalisation equalisation = new Equalisation(network);
    Map<String, float[]> changed = new LinkedHashMap<>();
    for (Group group : equalisation.groups.values()) {
      equalisation.scale(group, sizes, changed);
    }
    Map<String, TensorProto> constants = new LinkedHashMap<>(network.constants());
    changed.forEach(
        (name, values) -> constants.put(name, Constants.floats(name, network.shape(name), values)));
    return network.withConstants(constants);
  }

  private void connect(NodeProto node) {
    String output = node.getOutput(0);
    boolean flat =
        node.getOpType().equals("Flatten")
            && network
                .maker(node.getInput(0))
                .filter(maker -> maker.getOpType().equals("GlobalAveragePool"))
                .isPresent();
    boolean homogeneous =
        switch (node.getOpType()) {
          case "Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "Add" ->
              node.getInputList().stream().noneMatch(network.constants()::containsKey);
          default -> flat;
        };
    if (homogeneous) {
      node.getInputList().forEach(input -> tie(input, output));
    } else if (!isLayer(node)) {
      fixed.addAll(node.getInputList());
      fixed.addAll(node.getOutputList());
    }
  }

  /** Whether a node has weights of its own that factors can go into. */
  private boolean isLayer(NodeProto node) {
    boolean known =
        switch (node.getOpType()) {
          case "Conv" -> Network.whole(node, "group", 1) == 1 || isDepthwise(node);
          case "Gemm" -> Units.isPlain(node);
          default -> false;
        };
    return known
        && isOwn(node.getInput(1))
        && (node.getInputCount() < 3 || node.getInput(2).isEmpty() || isOwn(node.getInput(2)));
  }

  private boolean isOwn(String constant) {
    return network.users(constant).size() == 1 && network.floats(constant).isPresent();
  }

  private boolean isDepthwise(NodeProto conv) {
    List<Long> shape = network.shape(conv.getInput(1));
    return shape.size() == 4
        && shape.get(1) == 1
        && shape.get(0) == Network.whole(conv, "group", 1);
  }

  /** As many channels on all sides, and someone who makes them and someone who uses them. */
  private boolean fits(Group group) {
    if (group.makers().isEmpty() || group.users().isEmpty()) {
      return false;
    }
    int channels = ChannelWeights.channels(network, group.makers().getFirst());
    return group.makers().stream().allMatch(m -> ChannelWeights.channels(network, m) == channels)
        && group.users().stream().allMatch(user -> inputs(user) == channels);
  }

  /** How many channels a layer takes. */
  private long inputs(NodeProto layer) {
    List<Long> shape = network.shape(layer.getInput(1));
    return shape.get(inputAxis(layer));
  }

  private int inputAxis(NodeProto layer) {
    return switch (layer.getOpType()) {
      case "Conv" -> Network.whole(layer, "group", 1) == 1 ? 1 : 0;
      default -> Network.whole(layer, "transB", 0) == 0 ? 0 : 1;
    };
  }

  private void scale(Group group, Map<String, float[]> sizes, Map<String, float[]> changed) {
    int channels = ChannelWeights.channels(network, group.makers().getFirst());
    double[] factors = new double[channels];
    for (String value : group.values()) {
      float @Nullable [] size = sizes.get(value);
      for (int c = 0; size != null && c < channels; c++) {
        factors[c] = Math.max(factors[c], size[c]);
      }
    }
    double logarithms = 0;
    int alive = 0;
    for (int c = 0; c < channels; c++) {
      if (factors[c] > 0) {
        factors[c] = Math.sqrt(factors[c]);
        logarithms += Math.log(factors[c]);
        alive++;
      }
    }
    double mean = alive == 0 ? 1 : Math.exp(logarithms / alive);
    for (int c = 0; c < channels; c++) {
      factors[c] = factors[c] == 0 ? 1 : Math.clamp(factors[c] / mean, 1 / MOST, MOST);
    }
    for (NodeProto maker : group.makers()) {
      multiply(changed, maker.getInput(1), outputAxis(maker), c -> 1 / factors[c]);
      if (maker.getInputCount() > 2 && !maker.getInput(2).isEmpty()) {
        multiply(changed, maker.getInput(2), 0, c -> 1 / factors[c]);
      }
    }
    for (NodeProto user : group.users()) {
      multiply(changed, user.getInput(1), inputAxis(user), c -> factors[c]);
    }
  }

  private static int outputAxis(NodeProto layer) {
    return ChannelWeights.axis(layer);
  }

  private void multiply(
      Map<String, float[]> changed, String constant, int axis, IntToDoubleFunction factor) {
    float[] values = changed.computeIfAbsent(constant, c -> network.floats(c).orElseThrow());
    List<Long> shape = network.shape(constant);
    int stretch = stretch(shape, axis);
    int channels = Math.toIntExact(shape.get(axis));
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] * factor.applyAsDouble(i / stretch % channels));
    }
  }

  /** How many neighbours in memory have the same index along an axis. */
  private static int stretch(List<Long> shape, int axis) {
    return Math.toIntExact(
        shape.subList(axis + 1, shape.size()).stream().reduce(1L, (a, b) -> a * b));
  }

  private void tie(String one, String other) {
    String a = root(one);
    String b = root(other);
    if (!a.equals(b)) {
      same.put(a, b);
    }
  }

  private String root(String value) {
    String at = value;
    for (@Nullable String next = same.get(at); next != null; next = same.get(at)) {
      at = next;
    }
    return at;
  }
}
