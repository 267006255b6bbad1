package idunno.node.convert.tfjs;

import static idunno.node.onnx.OnnxGraph.text;
import static idunno.node.onnx.OnnxGraph.whole;
import static idunno.node.onnx.OnnxGraph.wholes;

import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.convert.tfjs.TfGraph.Operation;
import idunno.node.onnx.FileOrHint;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.OnnxNetwork;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Converts a frozen TensorFlow graph (TF.js {@code graph-model}), with the operations that
 * EfficientNet has, to ONNX. TensorFlow keeps channels last, ONNX first, so kernels and constants
 * are transposed, and operations on shapes are worked out here instead of in the network.
 */
final class GraphToOnnx {

  /** What an operation's result is, as far as the conversion must know. */
  private sealed interface Value {}

  /**
   * Numbers that depend on the picture. Of rank 4 (a map per channel) or 2 (a row).
   *
   * @param channels how many maps, or how long the row is
   * @param probabilities whether a softmax made them
   */
  private record Flow(String name, int rank, int channels, boolean probabilities) implements Value {
    static Flow of(String name, int rank, int channels) {
      return new Flow(name, rank, channels, false);
    }
  }

  /** A weight; channels last. */
  private record Fixed(String name, Tensor tensor) implements Value {}

  /** The shape of a flow. */
  private record ShapeOf(Flow flow) implements Value {}

  /** The number of pictures at once. */
  private record BatchSize() implements Value {}

  /** Numbers put in a row to make a shape. */
  private record Row(List<Value> items) implements Value {}

  private final TfJsModel model;
  private final Hints hints;
  private int height;
  private int width;
  private final OnnxGraph graph = new OnnxGraph("tensorflow");
  private final Map<String, Value> values = new HashMap<>();

  private GraphToOnnx(TfJsModel model, Hints hints) {
    this.model = model;
    this.hints = hints;
  }

  /**
   * Converts a network with one input and one output.
   *
   * @param hints the input's size where the graph leaves it open
   * @throws IOException if the network has an operation or a setting that is not known here, or
   *     contradicts the hints
   */
  static OnnxNetwork convert(TfJsModel model, Hints hints) throws IOException {
    GraphToOnnx conversion = new GraphToOnnx(model, hints);
    List<Operation> operations = TfGraph.read(model.json()).operations();
    for (Operation operation : operations) {
      conversion.values.put(operation.name(), conversion.add(operation));
    }
    Operation last = operations.getLast();
    if (!(conversion.values.get(last.name()) instanceof Flow output) || output.rank() != 2) {
      throw new IOException(last + ": expected a row of numbers as the output");
    }
    int outputs = FileOrHint.outputs(output.channels(), hints.outputs());
    conversion.graph.output(output.name(), outputs);
    return new OnnxNetwork(
        "TensorFlow",
        Layout.NCHW,
        conversion.height,
        conversion.width,
        outputs,
        output.probabilities() ? Scores.PROBABILITIES : Scores.LOGITS,
        conversion.graph);
  }

  private Value add(Operation it) throws IOException {
    return switch (it.op()) {
      case "Placeholder" -> placeholder(it);
      case "Const" -> new Fixed(it.name(), model.weight(it.name()));
      case "Identity" -> value(it, 0);
      case "Mul" -> elementwise(it, "Mul");
      case "Sub" -> elementwise(it, "Sub");
      case "RealDiv" -> elementwise(it, "Div");
      case "AddV2" -> elementwise(it, "Add");
      case "Sigmoid" ->
          Flow.of(node(it, "Sigmoid", flow(it).name()), flow(it).rank(), flow(it).channels());
      case "Softmax" -> softmax(it);
      case "_FusedConv2D" -> convolution(it);
      case "FusedDepthwiseConv2dNative" -> depthwise(it);
      case "_FusedMatMul" -> product(it);
      case "Mean" -> mean(it);
      case "Shape" -> new ShapeOf(flow(it));
      case "StridedSlice" -> batchSize(it);
      case "Pack" -> row(it);
      case "Reshape" -> reshape(it);
      case "BroadcastTo" -> broadcast(it);
      default -> throw unknown(it, "the operation");
    };
  }

  /** The picture; its sides may be open, as -1, or not there at all. */
  private Value placeholder(Operation it) throws IOException {
    List<Long> sides = it.shape("shape");
    if (!sides.isEmpty() && (sides.size() != 4 || sides.get(3) != 3)) {
      throw unknown(it, "a picture of shape " + sides);
    }
    height = FileOrHint.side("height", sides.isEmpty() ? -1 : sides.get(1), hints.height());
    width = FileOrHint.side("width", sides.isEmpty() ? -1 : sides.get(2), hints.width());
    return Flow.of(graph.input(3, height, width), 4, 3);
  }

  private Value elementwise(Operation it, String type) throws IOException {
    Value left = value(it, 0);
    Value right = value(it, 1);
    int rank =
        Math.max(left instanceof Flow f ? f.rank() : 0, right instanceof Flow f ? f.rank() : 0);
    if (rank == 0) {
      throw unknown(it, "an operation on constants alone");
    }
    String result = node(it, type, operand(it, left, rank), operand(it, right, rank));
    return Flow.of(result, rank, Math.max(channels(left), channels(right)));
  }

  /** The length of the last side. */
  private static int channels(Value value) {
    return switch (value) {
      case Flow flow -> flow.channels();
      case Fixed(String _, Tensor tensor) -> tensor.rank() == 0 ? 1 : tensor.side(-1);
      case ShapeOf _, BatchSize _, Row _ -> 1;
    };
  }

  /** An operand's name; a constant is brought to the layout of a flow of this rank. */
  private String operand(Operation it, Value value, int rank) throws IOException {
    return switch (value) {
      case Flow flow when flow.rank() == rank -> flow.name();
      case Fixed(String name, Tensor tensor) -> {
        Tensor laidOut = rank == 4 ? channelsFirst(it, tensor) : tensor;
        yield graph.constant(name + "/" + rank, laidOut);
      }
      case Flow _, ShapeOf _, BatchSize _, Row _ -> throw unknown(it, "an operand's shape");
    };
  }

  private static Tensor channelsFirst(Operation it, Tensor constant) throws IOException {
    return switch (constant.rank()) {
      case 0 -> constant;
      case 1 -> constant.reshaped(constant.side(0), 1, 1);
      case 3 -> constant.transposed(2, 0, 1);
      case 4 -> constant.transposed(0, 3, 1, 2);
      default -> throw unknown(it, "a constant of shape " + constant);
    };
  }

  private Value softmax(Operation it) throws IOException {
    Flow in = flow(it);
    String result = graph.node(it.name(), "Softmax", List.of(in.name()), whole("axis", 1));
    return new Flow(result, in.rank(), in.channels(), true);
  }

  private Value convolution(Operation it) throws IOException {
    Fixed kernel = fixed(it, 1);
    expectRank(it, kernel.tensor(), 4);
    return convolution(it, kernel, kernel.tensor().transposed(3, 2, 0, 1), 1);
  }

  /** Each channel has kernels of its own: TensorFlow's [h, w, channel, each]. */
  private Value depthwise(Operation it) throws IOException {
    Fixed kernel = fixed(it, 1);
    Tensor tensor = kernel.tensor();
    expectRank(it, tensor, 4);
    int channels = tensor.side(2);
    Tensor weight =
        tensor
            .transposed(2, 3, 0, 1)
            .reshaped(channels * tensor.side(3), 1, tensor.side(0), tensor.side(1));
    return convolution(it, kernel, weight, channels);
  }

  private Value convolution(Operation it, Fixed kernel, Tensor weight, int groups)
      throws IOException {
    expectBias(it);
    Flow in = flow(it);
    if (!it.text("data_format", "NHWC").equals("NHWC") || in.rank() != 4) {
      throw unknown(it, "the data format");
    }
    String padding =
        switch (it.text("padding", "")) {
          case "SAME" -> "SAME_UPPER";
          case "VALID" -> "VALID";
          default -> throw unknown(it, "the padding");
        };
    Fixed bias = fixed(it, 2);
    List<String> inputs =
        List.of(
            in.name(),
            graph.constant(kernel.name() + "/kernel", weight),
            graph.constant(bias.name() + "/bias", bias.tensor()));
    return Flow.of(
        graph.node(
            it.name(),
            "Conv",
            inputs,
            wholes("kernel_shape", List.of((long) weight.side(2), (long) weight.side(3))),
            wholes("strides", heightAndWidth(it, "strides")),
            wholes("dilations", heightAndWidth(it, "dilations")),
            whole("group", groups),
            text("auto_pad", padding)),
        4,
        weight.side(0));
  }

  private static List<Long> heightAndWidth(Operation it, String attribute) throws IOException {
    List<Long> all = it.wholes(attribute);
    if (all.isEmpty()) {
      return List.of(1L, 1L);
    }
    if (all.size() != 4 || all.get(0) != 1 || all.get(3) != 1) {
      throw unknown(it, attribute + " " + all);
    }
    return all.subList(1, 3);
  }

  private Value product(Operation it) throws IOException {
    expectBias(it);
    Flow in = flow(it);
    if (it.flag("transpose_a") || it.flag("transpose_b") || in.rank() != 2) {
      throw unknown(it, "a transposed product");
    }
    Fixed kernel = fixed(it, 1);
    Fixed bias = fixed(it, 2);
    expectRank(it, kernel.tensor(), 2);
    String weight = graph.constant(kernel.name() + "/kernel", kernel.tensor());
    String summand = graph.constant(bias.name() + "/bias", bias.tensor());
    String result = node(it, "Gemm", in.name(), weight, summand);
    return Flow.of(result, 2, kernel.tensor().side(1));
  }

  private Value mean(Operation it) throws IOException {
    Flow in = flow(it);
    int[] axes = fixed(it, 1).tensor().ints();
    if (in.rank() != 4 || !Arrays.equals(axes, new int[] {1, 2})) {
      throw unknown(it, "a mean other than over height and width");
    }
    boolean keep = it.flag("keep_dims");
    String mean =
        graph.node(
            it.name(),
            "ReduceMean",
            List.of(in.name()),
            wholes("axes", List.of(2L, 3L)),
            whole("keepdims", keep ? 1 : 0));
    return Flow.of(mean, keep ? 4 : 2, in.channels());
  }

  /** The first number of a flow's shape. */
  private Value batchSize(Operation it) throws IOException {
    boolean first =
        value(it, 0) instanceof ShapeOf
            && Arrays.equals(fixed(it, 1).tensor().ints(), new int[] {0})
            && Arrays.equals(fixed(it, 2).tensor().ints(), new int[] {1})
            && Arrays.equals(fixed(it, 3).tensor().ints(), new int[] {1})
            && it.whole("shrink_axis_mask", 0) == 1
            && it.whole("begin_mask", 0) == 0
            && it.whole("end_mask", 0) == 0;
    if (!first) {
      throw unknown(it, "a slice other than a shape's first number");
    }
    return new BatchSize();
  }

  private Value row(Operation it) throws IOException {
    List<Value> items = new ArrayList<>();
    for (int i = 0; i < it.inputs().size(); i++) {
      items.add(value(it, i));
    }
    return new Row(items);
  }

  /** A row of channels becomes a map of one pixel per channel: the one reshaping that is needed. */
  private Value reshape(Operation it) throws IOException {
    Flow in = flow(it);
    if (in.rank() == 2
        && value(it, 1) instanceof Row(List<Value> sides)
        && sides.size() == 4
        && sides.get(0) instanceof BatchSize
        && number(sides.get(1)) == 1
        && number(sides.get(2)) == 1
        && number(sides.get(3)) > 0) {
      // 0 keeps the batch dimension as it is.
      List<Long> shape = List.of(0L, (long) number(sides.get(3)), 1L, 1L);
      String to = graph.constant(it.name() + "/shape", shape);
      return Flow.of(node(it, "Reshape", in.name(), to), 4, in.channels());
    }
    throw unknown(it, "a shape other than (batch, 1, 1, channels)");
  }

  private static int number(Value value) {
    return value instanceof Fixed(String _, Tensor tensor) && tensor.rank() == 0
        ? tensor.ints()[0]
        : -1;
  }

  /** A constant spread over a flow's shape: the operation that takes it does that by itself. */
  private Value broadcast(Operation it) throws IOException {
    if (!(value(it, 1) instanceof ShapeOf)) {
      throw unknown(it, "a shape that is not a flow's");
    }
    return fixed(it, 0);
  }

  private static void expectBias(Operation it) throws IOException {
    if (!it.texts("fused_ops").equals(List.of("BiasAdd"))) {
      throw unknown(it, "fused operations " + it.texts("fused_ops"));
    }
  }

  private static void expectRank(Operation it, Tensor kernel, int rank) throws IOException {
    if (kernel.rank() != rank) {
      throw unknown(it, "a kernel of shape " + kernel);
    }
  }

  private String node(Operation it, String type, String... inputs) {
    return graph.node(it.name(), type, List.of(inputs));
  }

  private Flow flow(Operation it) throws IOException {
    if (value(it, 0) instanceof Flow flow) {
      return flow;
    }
    throw unknown(it, "a first input that does not come from the picture");
  }

  private Fixed fixed(Operation it, int input) throws IOException {
    if (value(it, input) instanceof Fixed fixed) {
      return fixed;
    }
    throw unknown(it, "input " + input + " that is no constant");
  }

  private Value value(Operation it, int input) throws IOException {
    Value value = values.get(it.input(input));
    if (value == null) {
      throw unknown(it, "an input that comes later");
    }
    return value;
  }

  private static IOException unknown(Operation it, String what) {
    return new IOException(it + ": " + what + ": not known here");
  }
}
