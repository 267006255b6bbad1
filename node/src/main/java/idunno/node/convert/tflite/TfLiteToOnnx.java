package idunno.node.convert.tflite;

import static idunno.node.convert.tflite.Drawing.unknown;
import static idunno.node.onnx.OnnxGraph.real;
import static idunno.node.onnx.OnnxGraph.whole;

import ai.onnx.proto.OnnxMl.AttributeProto;
import idunno.node.convert.tflite.TfLiteModel.Operator;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Converts the operators of image classifiers to ONNX. TFLite keeps channels last, ONNX first, so
 * kernels and constants are transposed, and what works on a side works on another one. A quantised
 * network becomes one of floats: what its numbers stand for, see {@link Drawing#finished}.
 */
final class TfLiteToOnnx {
  private final Drawing drawing;
  private final OnnxGraph graph;
  private final Kernels kernels;
  private final Sides sides;

  private TfLiteToOnnx(TfLiteModel model) {
    this.drawing = new Drawing(model);
    this.graph = drawing.graph;
    this.kernels = new Kernels(drawing);
    this.sides = new Sides(drawing);
  }

  /**
   * A network that was converted.
   *
   * @param output the last value: a row of numbers
   */
  record Converted(OnnxGraph graph, Flow output) {}

  /**
   * Converts a network.
   *
   * @param height the picture's height in pixels
   * @param width the picture's width in pixels
   * @throws IOException if it has an operator or setting that is not known here, naming the layer
   */
  static Converted convert(TfLiteModel model, int height, int width) throws IOException {
    TfLiteToOnnx conversion = new TfLiteToOnnx(model);
    // Where the input is quantised, we give it the real numbers that its numbers stand for.
    conversion.drawing.put(
        model.input(),
        Flow.of(conversion.graph.input(3, height, width), List.of(height, width, 3)));
    for (Operator operator : model.operators()) {
      conversion.add(operator);
    }
    Flow output = conversion.drawing.flow(model.output());
    if (output == null) {
      throw new IOException("the output does not come from the picture");
    }
    if (output.isPicture()) {
      if (output.height() != 1 || output.width() != 1) {
        throw new IOException(
            "expected an output of one row of numbers, found one of " + output.shape());
      }
      output = conversion.drawing.flat(model.operators().getLast(), output);
    }
    conversion.graph.output(output.name(), output.channels());
    return new Converted(conversion.graph, output);
  }

  private void add(Operator it) throws IOException {
    Flow result;
    try {
      result = result(it);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(it + ": " + e.getMessage(), e);
    }
    if (result != null) {
      drawing.put(it.outputs().getFirst(), result);
    }
  }

  /** What an operator gives; null where that is a constant. */
  private @Nullable Flow result(Operator it) throws IOException {
    return switch (it.op()) {
      case "CONV_2D" -> kernels.convolution(it);
      case "DEPTHWISE_CONV_2D" -> kernels.depthwise(it);
      case "AVERAGE_POOL_2D" -> kernels.pooling(it, "AveragePool");
      case "MAX_POOL_2D" -> kernels.pooling(it, "MaxPool");
      case "FULLY_CONNECTED" -> kernels.fullyConnected(it);
      case "ADD" -> elementwise(it, "Add");
      case "SUB" -> elementwise(it, "Sub");
      case "MUL" -> elementwise(it, "Mul");
      case "DIV" -> elementwise(it, "Div");
      case "CONCATENATION" -> sides.concatenation(it);
      case "MEAN" -> sides.mean(it);
      case "PAD" -> sides.pad(it);
      case "RESHAPE" -> sides.reshape(it);
      case "SQUEEZE" -> sides.squeeze(it);
      case "SOFTMAX" -> softmax(it);
      case "RELU" -> drawing.finished(it, drawing.flow(it, 0), 1);
      case "RELU_N1_TO_1" -> drawing.finished(it, drawing.flow(it, 0), 2);
      case "RELU6" -> drawing.finished(it, drawing.flow(it, 0), 3);
      case "TANH" -> drawing.finished(it, drawing.flow(it, 0), 4);
      case "LOGISTIC" -> same(it, "Sigmoid", drawing.flow(it, 0), new Range(0, 1));
      case "HARD_SWISH" -> hardSwish(it);
      case "QUANTIZE", "DEQUANTIZE" -> requantised(it);
      default -> throw unknown(it, "the operator");
    };
  }

  private Flow elementwise(Operator it, String type) throws IOException {
    Flow left = drawing.flow(drawing.number(it, 0));
    Flow right = drawing.flow(drawing.number(it, 1));
    Flow shaped = left != null ? left : drawing.flow(it, 1);
    if (left != null && right != null) {
      shaped = Flow.of(left.name(), spread(it, left.shape(), right.shape()));
    }
    String result = drawing.node(it, type, List.of(operand(it, 0, shaped), operand(it, 1, shaped)));
    FlatTable options = it.options();
    int activation = options == null ? 0 : options.byteAt(0, 0);
    return drawing.finished(it, Flow.of(result, shaped.shape()), activation);
  }

  /** The sides of a result of two values, of which one may have 1 where the other has more. */
  private static List<Integer> spread(Operator it, List<Integer> left, List<Integer> right)
      throws IOException {
    List<Integer> sides = new ArrayList<>();
    for (int i = 0; left.size() == right.size() && i < left.size(); i++) {
      if (left.get(i) == 1 || right.get(i) == 1 || left.get(i).equals(right.get(i))) {
        sides.add(Math.max(left.get(i), right.get(i)));
      }
    }
    if (sides.isEmpty() || sides.size() != left.size()) {
      throw unknown(it, "operands of " + left + " and " + right);
    }
    return sides;
  }

  private String operand(Operator it, int input, Flow shaped) throws IOException {
    Flow flow = drawing.flow(drawing.number(it, input));
    if (flow != null) {
      return flow.name();
    }
    Tensor constant = drawing.constant(it, input).floats();
    Tensor laidOut = shaped.isPicture() ? channelsFirst(constant) : constant;
    // It may spread over the flow, never the flow over it.
    for (int i = 1; laidOut != null && i <= laidOut.rank(); i++) {
      List<Integer> sides =
          shaped.isPicture()
              ? List.of(shaped.channels(), shaped.height(), shaped.width())
              : shaped.shape();
      int side = i <= sides.size() ? sides.get(sides.size() - i) : 1;
      laidOut = laidOut.side(-i) == 1 || laidOut.side(-i) == side ? laidOut : null;
    }
    if (laidOut == null) {
      throw unknown(it, "a constant of shape " + constant + " with " + shaped.shape());
    }
    return graph.constant(drawing.name(it, input, "operand" + shaped.shape().size()), laidOut);
  }

  private static @Nullable Tensor channelsFirst(Tensor constant) {
    return switch (constant.rank()) {
      case 0 -> constant;
      case 1 -> constant.reshaped(constant.side(0), 1, 1);
      case 3 -> constant.transposed(2, 0, 1);
      case 4 -> constant.transposed(0, 3, 1, 2);
      default -> null;
    };
  }

  private Flow softmax(Operator it) throws IOException {
    Flow in = drawing.flow(it, 0);
    FlatTable options = it.options();
    float beta = options == null ? 1 : options.real(0, 0);
    String name = in.name();
    if (beta != 1) {
      name = drawing.node(it, "Mul", List.of(name, drawing.number(beta)));
    }
    String result = drawing.node(it, "Softmax", List.of(name), whole("axis", 1));
    return new Flow(result, in.shape(), new Range(0, 1), true);
  }

  /** {@code x * min(max(x + 3, 0), 6) / 6}, in operators of this operator set. */
  private Flow hardSwish(Operator it) throws IOException {
    Flow in = drawing.flow(it, 0);
    String gate =
        drawing.node(
            it, "HardSigmoid", List.of(in.name()), real("alpha", 1 / 6f), real("beta", 0.5f));
    String result = drawing.node(it, "Mul", List.of(in.name(), gate));
    return drawing.finished(it, Flow.of(result, in.shape()), 0);
  }

  private Flow same(Operator it, String type, Flow in, Range range, AttributeProto... attributes) {
    return new Flow(
        drawing.node(it, type, List.of(in.name()), attributes), in.shape(), range, false);
  }

  /** Another way to write the same real numbers; those beyond its ends become its ends. */
  private @Nullable Flow requantised(Operator it) throws IOException {
    Flow in = drawing.flow(drawing.number(it, 0));
    if (in == null) {
      drawing.constant(it, 0);
      drawing.alias(it.outputs().getFirst(), it.inputs().getFirst());
      return null;
    }
    return in.probabilities() ? in : drawing.finished(it, in, 0);
  }
}
