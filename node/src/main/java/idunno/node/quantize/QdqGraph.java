package idunno.node.quantize;

import static java.util.Objects.requireNonNull;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes down a plan in the form in which ONNX carries quantised networks: each value that is kept
 * in 8 bits goes through {@code QuantizeLinear} and {@code DequantizeLinear}, and each constant of
 * a unit comes out of a {@code DequantizeLinear}. The operators between stay those of floats, so
 * any runtime can run it; ONNX Runtime makes one 8-bit kernel of a unit and the pairs around it.
 */
final class QdqGraph {
  private final Network network;
  private final Plan plan;
  private final Map<String, float[]> corrections;
  private final Set<String> madeInEight = new HashSet<>();
  private boolean apart;
  private final List<NodeProto> nodes = new ArrayList<>();
  private final Map<String, TensorProto> constants = new LinkedHashMap<>();

  /**
   * What is to be written.
   *
   * @param corrections what is added to the bias of a unit, one number for each output channel, by
   *     the unit's name; nothing where it is missing
   */
  QdqGraph(Network network, Plan plan, Map<String, float[]> corrections) {
    this.network = network;
    this.plan = plan;
    this.corrections = corrections;
  }

  /** The nodes, each after those whose results it uses; filled by building. */
  List<NodeProto> nodes() {
    return nodes;
  }

  /** The constants that the float network does not have; filled by building. */
  Map<String, TensorProto> constants() {
    return constants;
  }

  /** Builds the network in which all active units are computed in 8 bits. */
  QdqGraph build() {
    Map<String, Unit> made = new LinkedHashMap<>();
    Set<String> absorbed = new HashSet<>();
    for (Unit unit : plan.active()) {
      made.put(unit.node().getOutput(0), unit);
      if (plan.grids().containsKey(unit.output())) {
        madeInEight.add(unit.output());
        if (unit.activation() != null) {
          absorbed.add(unit.output());
        }
      }
    }
    roundIfKept(network.input());
    for (NodeProto node : network.nodes()) {
      @Nullable Unit unit = made.get(node.getOutput(0));
      if (unit != null && plan.grids().containsKey(unit.output())) {
        add(unit, unit.output() + "/real");
        roundTrip(unit.output(), unit.output() + "/real", unit.output());
      } else if (unit != null) {
        add(unit, node.getOutput(0));
      } else if (!absorbed.contains(node.getOutput(0))) {
        nodes.add(node);
        node.getOutputList().forEach(this::roundIfKept);
      }
    }
    return this;
  }

  /**
   * Builds the float network, and beside it each active unit alone: fed with the floats' values on
   * their grids, so that it shows its own error and none of those before it.
   *
   * @param beside adds what is wanted of a unit, from its own inputs to outputs
   */
  QdqGraph buildApart(Consumer<Unit> beside) {
    apart = true;
    roundIfKept(network.input());
    for (NodeProto node : network.nodes()) {
      nodes.add(node);
      node.getOutputList().forEach(this::roundIfKept);
    }
    plan.active().forEach(beside);
    return this;
  }

  /** A value made in floats is rounded for the units; nodes in floats use it as it is. */
  private void roundIfKept(String value) {
    if (plan.grids().containsKey(value)) {
      roundTrip(value, value, rounded(value));
    }
  }

  private static String rounded(String value) {
    return value + "/rounded";
  }

  /**
   * Adds the pair of nodes that put a value on its grid.
   *
   * @param value whose grid it is
   * @param from the name of the floats
   * @param to the name of the result
   */
  void roundTrip(String value, String from, String to) {
    Grid grid = requireNonNull(plan.grids().get(value), value);
    String scale = value + "/scale";
    String zero = value + "/zero";
    constants.put(scale, Constants.real(scale, grid.scale()));
    constants.put(zero, Constants.unsignedByte(zero, grid.zeroPoint()));
    nodes.add(node("QuantizeLinear", to + "/8", from, scale, zero));
    nodes.add(node("DequantizeLinear", to, to + "/8", scale, zero));
  }

  /** Adds a node that is neither the float network's nor a unit's. */
  void add(String type, String output, String... inputs) {
    nodes.add(node(type, output, inputs));
  }

  /** Adds a unit's node, with what it takes on its grids and its result in floats. */
  void add(Unit unit, String result) {
    NodeProto.Builder node = unit.node().toBuilder().setOutput(0, result);
    if (apart) {
      node.setName(result); // the float network's node of that name is there too
    }
    for (int i = 0; i < unit.inputs().size(); i++) {
      String input = unit.inputs().get(i);
      node.setInput(i, madeInEight.contains(input) ? input : rounded(input));
    }
    if (unit.hasWeights()) {
      addWeights(unit, node);
    }
    nodes.add(node.build());
  }

  private void addWeights(Unit unit, NodeProto.Builder node) {
    int channels = ChannelWeights.channels(network, unit.node());
    float[] bias = bias(unit, channels);
    float inputScale = requireNonNull(plan.grids().get(unit.inputs().getFirst())).scale();
    ChannelWeights weights = ChannelWeights.of(network, unit, bias, inputScale);
    // Named by the unit: two units may share weights, but their biases have units of their own.
    String prefix = unit.node().getOutput(0);
    String w = prefix + "/weights";
    constants.put(
        w + "/8", Constants.bytes(w + "/8", network.shape(unit.weights()), weights.values()));
    constants.put(w + "/scale", Constants.floats(w + "/scale", weights.scales()));
    constants.put(
        w + "/zero", Constants.bytes(w + "/zero", List.of((long) channels), new byte[channels]));
    nodes.add(
        node("DequantizeLinear", w, w + "/8", w + "/scale", w + "/zero").toBuilder()
            .addAttribute(axis(weights.axis()))
            .build());
    node.setInput(1, w);
    boolean has = !unit.bias().isEmpty() || corrections.containsKey(unit.name());
    if (has && !unit.node().getOpType().equals("MatMul")) {
      String b = prefix + "/bias";
      float[] scales = new float[channels];
      for (int c = 0; c < channels; c++) {
        scales[c] = inputScale * weights.scales()[c];
      }
      constants.put(b + "/32", Constants.ints(b + "/32", weights.bias()));
      constants.put(b + "/scale", Constants.floats(b + "/scale", scales));
      nodes.add(
          node("DequantizeLinear", b, b + "/32", b + "/scale").toBuilder()
              .addAttribute(axis(0))
              .build());
      if (node.getInputCount() > 2) {
        node.setInput(2, b);
      } else {
        node.addInput(b);
      }
    }
  }

  private float[] bias(Unit unit, int channels) {
    float[] bias =
        unit.bias().isEmpty() ? new float[channels] : network.floats(unit.bias()).orElseThrow();
    float @Nullable [] correction = corrections.get(unit.name());
    if (correction != null) {
      for (int c = 0; c < channels; c++) {
        bias[c] += correction[c];
      }
    }
    return bias;
  }

  private static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setName(output + ":" + type)
        .setOpType(type)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static AttributeProto axis(long axis) {
    return AttributeProto.newBuilder()
        .setName("axis")
        .setType(AttributeProto.AttributeType.INT)
        .setI(axis)
        .build();
  }
}
