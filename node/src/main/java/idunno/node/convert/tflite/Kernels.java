package idunno.node.convert.tflite;

import static idunno.node.convert.tflite.Drawing.options;
import static idunno.node.convert.tflite.Drawing.unknown;
import static idunno.node.onnx.OnnxGraph.whole;
import static idunno.node.onnx.OnnxGraph.wholes;

import idunno.node.convert.tflite.TfLiteModel.Operator;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The operators that have kernels, and those that move windows as if they had. */
final class Kernels {
  private final Drawing drawing;
  private final OnnxGraph graph;

  Kernels(Drawing drawing) {
    this.drawing = drawing;
    this.graph = drawing.graph;
  }

  Flow convolution(Operator it) throws IOException {
    Flow in = drawing.picture(it);
    Tensor kernel = drawing.weight(it, 1, 4);
    int each = kernel.side(3);
    if (each < 1 || in.channels() % each != 0) {
      throw unknown(it, "a kernel of shape " + kernel + " over " + in.shape());
    }
    return convolution(it, in, kernel.transposed(0, 3, 1, 2), in.channels() / each, 3, 4);
  }

  /** Each channel has kernels of its own: TFLite's [1, h, w, channel * each]. */
  Flow depthwise(Operator it) throws IOException {
    Flow in = drawing.picture(it);
    Tensor kernel = drawing.weight(it, 1, 4);
    if (kernel.side(0) != 1 || kernel.side(3) % in.channels() != 0) {
      throw unknown(it, "a kernel of shape " + kernel + " over " + in.shape());
    }
    return convolution(it, in, kernel.transposed(3, 0, 1, 2), in.channels(), 4, 5);
  }

  private Flow convolution(
      Operator it, Flow in, Tensor kernel, int groups, int activation, int dilation)
      throws IOException {
    FlatTable options = options(it);
    boolean same = isSame(it, options);
    int strideRows = options.whole(2, 0);
    int strideColumns = options.whole(1, 0);
    int dilationRows = options.whole(dilation + 1, 1);
    int dilationColumns = options.whole(dilation, 1);
    Window rows = Window.over(in.height(), kernel.side(2), strideRows, dilationRows, same);
    Window columns = Window.over(in.width(), kernel.side(3), strideColumns, dilationColumns, same);
    List<String> inputs = new ArrayList<>();
    inputs.add(in.name());
    inputs.add(graph.constant(drawing.name(it, 1, "kernel"), kernel));
    if (drawing.has(it, 2)) {
      inputs.add(graph.constant(drawing.name(it, 2, "bias"), bias(it, kernel.side(0))));
    }
    String result =
        drawing.node(
            it,
            "Conv",
            inputs,
            wholes("kernel_shape", List.of((long) kernel.side(2), (long) kernel.side(3))),
            wholes("strides", List.of((long) strideRows, (long) strideColumns)),
            wholes("dilations", List.of((long) dilationRows, (long) dilationColumns)),
            wholes("pads", Window.pads(rows, columns)),
            whole("group", groups));
    Flow flow = Flow.of(result, List.of(rows.count(), columns.count(), kernel.side(0)));
    return drawing.finished(it, flow, options.byteAt(activation, 0));
  }

  private Tensor bias(Operator it, int channels) throws IOException {
    Tensor bias = drawing.weight(it, 2, 1);
    if (bias.side(0) != channels) {
      throw unknown(it, "a bias of shape " + bias + " for " + channels + " channels");
    }
    return bias;
  }

  Flow pooling(Operator it, String type) throws IOException {
    Flow in = drawing.picture(it);
    FlatTable options = options(it);
    boolean same = isSame(it, options);
    int strideRows = options.whole(2, 0);
    int strideColumns = options.whole(1, 0);
    int kernelRows = options.whole(4, 0);
    int kernelColumns = options.whole(3, 0);
    Window rows = Window.over(in.height(), kernelRows, strideRows, 1, same);
    Window columns = Window.over(in.width(), kernelColumns, strideColumns, 1, same);
    // Both count only real pixels at the edge, in the mean too: ONNX's usual count_include_pad.
    String result =
        drawing.node(
            it,
            type,
            List.of(in.name()),
            wholes("kernel_shape", List.of((long) kernelRows, (long) kernelColumns)),
            wholes("strides", List.of((long) strideRows, (long) strideColumns)),
            wholes("pads", Window.pads(rows, columns)));
    List<Integer> shape = List.of(rows.count(), columns.count(), in.channels());
    return drawing.finished(it, new Flow(result, shape, in.range(), false), options.byteAt(5, 0));
  }

  Flow fullyConnected(Operator it) throws IOException {
    Flow in = drawing.flow(it, 0);
    Tensor weight = drawing.weight(it, 1, 2);
    FlatTable options = options(it);
    boolean keepsSides = options.flag(2) && in.isPicture();
    if (options.byteAt(1, 0) != 0 || keepsSides || weight.side(1) != in.numbers()) {
      throw unknown(it, "a weight of shape " + weight + " over " + in.shape());
    }
    List<String> inputs = new ArrayList<>();
    inputs.add(drawing.flat(it, in).name());
    inputs.add(graph.constant(drawing.name(it, 1, "weight"), weight));
    if (drawing.has(it, 2)) {
      inputs.add(graph.constant(drawing.name(it, 2, "bias"), bias(it, weight.side(0))));
    }
    String result = drawing.node(it, "Gemm", inputs, whole("transB", 1));
    return drawing.finished(it, Flow.of(result, List.of(weight.side(0))), options.byteAt(0, 0));
  }

  private static boolean isSame(Operator it, FlatTable options) throws IOException {
    return switch (options.byteAt(0, 0)) {
      case 0 -> true;
      case 1 -> false;
      default -> throw unknown(it, "the padding");
    };
  }
}
