package idunno.node.convert.tflite;

import static idunno.node.onnx.OnnxGraph.whole;
import static idunno.node.onnx.OnnxGraph.wholes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import idunno.node.convert.tflite.TfLiteModel.Operator;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ONNX network that comes into being, and what is known of its values: those that depend on the
 * picture by their numbers in the TFLite file, and the constants.
 */
final class Drawing {
  private final TfLiteModel model;
  private final Map<Integer, Flow> flows = new HashMap<>();
  private final Map<Integer, Integer> aliases = new HashMap<>();
  final OnnxGraph graph = new OnnxGraph("tflite");

  Drawing(TfLiteModel model) {
    this.model = model;
  }

  void put(int number, Flow flow) {
    flows.put(number, flow);
  }

  /** Makes a value another name of a constant. */
  void alias(int number, int constant) {
    aliases.put(number, aliases.getOrDefault(constant, constant));
  }

  /** A value that depends on the picture; null where it is a constant. */
  @Nullable Flow flow(int number) {
    return flows.get(number);
  }

  /** An input that depends on the picture. */
  Flow flow(Operator it, int input) throws IOException {
    Flow flow = flows.get(number(it, input));
    if (flow == null) {
      throw unknown(it, "input " + input + " that does not come from the picture");
    }
    return flow;
  }

  /** An input that depends on the picture and has height, width and channels. */
  Flow picture(Operator it) throws IOException {
    Flow flow = flow(it, 0);
    if (!flow.isPicture()) {
      throw unknown(it, "an input of " + flow.shape() + " without height and width");
    }
    return flow;
  }

  boolean has(Operator it, int input) {
    return input < it.inputs().size() && it.inputs().get(input) >= 0;
  }

  /** An input that is a constant. */
  TfLiteTensor constant(Operator it, int input) throws IOException {
    int number = number(it, input);
    TfLiteTensor tensor = model.tensors().get(aliases.getOrDefault(number, number));
    if (!tensor.isConstant()) {
      throw unknown(it, "input " + input + " that is no constant");
    }
    return tensor;
  }

  /** A weight of this many sides. */
  Tensor weight(Operator it, int input, int rank) throws IOException {
    Tensor weight = constant(it, input).floats();
    if (weight.rank() != rank) {
      throw unknown(it, "a weight of shape " + weight);
    }
    return weight;
  }

  /** The name of a constant for ONNX; one for each value and use. */
  String name(Operator it, int input, String use) throws IOException {
    return number(it, input) + "/" + use;
  }

  int number(Operator it, int input) throws IOException {
    if (!has(it, input)) {
      throw unknown(it, "a missing input " + input);
    }
    return it.inputs().get(input);
  }

  String node(Operator it, String type, List<String> inputs, AttributeProto... attributes) {
    return graph.node(it.layer(), type, inputs, attributes);
  }

  String number(float value) {
    return graph.constant("number/" + value, Tensor.of(new int[0], value));
  }

  /** Rows of all numbers of a picture, in TFLite's order. */
  Flow flat(Operator it, Flow flow) throws IOException {
    if (!flow.isPicture()) {
      return flow;
    }
    String name = flow.name();
    if ((long) flow.height() * flow.width() > 1) {
      name = node(it, "Transpose", List.of(name), wholes("perm", List.of(0L, 2L, 3L, 1L)));
    }
    return new Flow(
        node(it, "Flatten", List.of(name), whole("axis", 1)),
        List.of(Math.toIntExact(flow.numbers())),
        flow.range(),
        flow.probabilities());
  }

  /**
   * What follows on an operation: its activation, and, where the result is quantised, the ends of
   * what it can be. Kept of quantisation are these ends, which are often the only trace of a ReLU;
   * not kept is the rounding between them, so that results are a little finer than the original's.
   */
  Flow finished(Operator it, Flow flow, int activation) throws IOException {
    TfLiteTensor result = model.tensors().get(it.outputs().getFirst());
    Range wanted = result.isQuantised() ? result.range() : Range.ALL;
    Flow active = flow;
    switch (activation) {
      case 0 -> {}
      case 1 -> wanted = wanted.and(Range.POSITIVE);
      case 2 -> wanted = wanted.and(new Range(-1, 1));
      case 3 -> wanted = wanted.and(new Range(0, 6));
      case 4 ->
          active =
              new Flow(
                  node(it, "Tanh", List.of(flow.name())), flow.shape(), new Range(-1, 1), false);
      default -> throw unknown(it, "activation " + activation);
    }
    return clipped(it, active, wanted);
  }

  private Flow clipped(Operator it, Flow flow, Range wanted) {
    if (wanted.holds(flow.range())) {
      return flow;
    }
    List<String> inputs;
    if (wanted.equals(Range.POSITIVE)) {
      return new Flow(
          node(it, "Relu", List.of(flow.name())), flow.shape(), flow.range().and(wanted), false);
    } else if (Float.isInfinite(wanted.most())) {
      inputs = List.of(flow.name(), number(wanted.least()));
    } else {
      inputs = List.of(flow.name(), number(wanted.least()), number(wanted.most()));
    }
    return new Flow(node(it, "Clip", inputs), flow.shape(), flow.range().and(wanted), false);
  }

  static IOException unknown(Operator it, String what) {
    return new IOException(it + ": " + what + ": not known here");
  }

  /** An operator's settings. */
  static FlatTable options(Operator it) throws IOException {
    FlatTable options = it.options();
    if (options == null) {
      throw unknown(it, "an operator without settings");
    }
    return options;
  }
}
