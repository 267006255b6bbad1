package idunno.node.convert.torch;

import static idunno.node.onnx.OnnxGraph.whole;
import static idunno.node.onnx.OnnxGraph.wholes;

import idunno.node.onnx.ChannelNorm;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes an architecture with a file's tensors as an ONNX graph. PyTorch and ONNX keep channels
 * first, so that tensors go over as they are; a normalisation becomes part of the convolution
 * before it. Dropout does nothing outside of training.
 */
final class NetworkWriter {
  /** What PyTorch adds to a variance before it takes the root, unless told otherwise. */
  private static final double EPSILON = 1e-5;

  /** A file of ONNX is one message of Protocol Buffers, which has less than 2 GiB. */
  private static final long MAX_BYTES = Integer.MAX_VALUE - (1L << 20);

  /** A value of the graph: its name and the size of its planes in pixels. */
  private record Block(String value, int height, int width) {}

  private final OnnxGraph graph;
  private final Map<String, StoredTensor> tensors;

  private NetworkWriter(String name, Map<String, StoredTensor> tensors) {
    this.graph = new OnnxGraph(name);
    this.tensors = tensors;
  }

  /**
   * Writes the graph; it ends in logits.
   *
   * @param tensors those of the architecture, as {@link Fit} says
   * @param height the input's height in pixels
   * @param width the input's width in pixels
   * @throws IOException if a tensor can't be read, the network is too large for an ONNX file, or
   *     the input too small for the network
   */
  static OnnxGraph write(
      Architecture architecture, Map<String, StoredTensor> tensors, int height, int width)
      throws IOException {
    long bytes = tensors.values().stream().mapToLong(t -> (long) Float.BYTES * t.numbers()).sum();
    if (bytes > MAX_BYTES) {
      throw new IOException(
          "the tensors have %d bytes as 32-bit floats, an ONNX file at most %d"
              .formatted(bytes, MAX_BYTES));
    }
    NetworkWriter writer = new NetworkWriter(architecture.name(), tensors);
    Block block = new Block(writer.graph.input(3, height, width), height, width);
    for (Layer layer : architecture.layers()) {
      block = writer.add(layer, block);
    }
    writer.graph.output(block.value(), classes(architecture, tensors));
    return writer.graph;
  }

  /** How many numbers the last layer gives. */
  static int classes(Architecture architecture, Map<String, StoredTensor> tensors) {
    Layer.Dense last = (Layer.Dense) architecture.layers().getLast();
    return tensor(tensors, last.name() + ".bias").shape()[0];
  }

  private Block add(Layer layer, Block in) throws IOException {
    return switch (layer) {
      case Layer.Convolution convolution -> convolution(convolution, in);
      case Layer.Relu _ -> same(in, graph.node("relu", "Relu", List.of(in.value())));
      case Layer.Relu6 _ -> same(in, relu6(in));
      case Layer.MaxPool pool -> maxPool(pool, in);
      case Layer.MeanPool pool -> meanPool(pool, in);
      case Layer.Sum sum -> sum(sum, in);
      case Layer.Dense dense -> dense(dense, in);
    };
  }

  private static Block same(Block size, String value) {
    return new Block(value, size.height(), size.width());
  }

  private Block convolution(Layer.Convolution layer, Block in) throws IOException {
    Tensor weight = read(layer.name() + ".weight");
    @Nullable Tensor bias = layer.bias() ? read(layer.name() + ".bias") : null;
    if (layer.norm() != null) {
      ChannelNorm norm =
          ChannelNorm.of(
              read(layer.norm() + ".weight").floats(),
              read(layer.norm() + ".bias").floats(),
              read(layer.norm() + ".running_mean").floats(),
              read(layer.norm() + ".running_var").floats(),
              EPSILON);
      weight = norm.scaled(weight);
      bias = norm.shifted(bias);
    }
    List<String> inputs = new ArrayList<>();
    inputs.add(in.value());
    inputs.add(graph.constant(layer.name() + ".weight", weight));
    if (bias != null) {
      inputs.add(graph.constant(layer.name() + ".bias", bias));
    }
    long padding = layer.padding();
    String value =
        graph.node(
            layer.name(),
            "Conv",
            inputs,
            wholes("kernel_shape", both(layer.kernel())),
            wholes("strides", both(layer.stride())),
            wholes("pads", List.of(padding, padding, padding, padding)),
            whole("group", layer.groups()));
    return moved(layer.name(), value, in, layer.kernel(), layer.stride(), layer.padding());
  }

  private String relu6(Block in) {
    String least = graph.constant("0", Tensor.of(new int[0], 0));
    String most = graph.constant("6", Tensor.of(new int[0], 6));
    return graph.node("relu6", "Clip", List.of(in.value(), least, most));
  }

  private Block maxPool(Layer.MaxPool pool, Block in) throws IOException {
    long padding = pool.padding();
    String value =
        graph.node(
            "maxpool",
            "MaxPool",
            List.of(in.value()),
            wholes("kernel_shape", both(pool.kernel())),
            wholes("strides", both(pool.stride())),
            wholes("pads", List.of(padding, padding, padding, padding)));
    return moved("maxpool", value, in, pool.kernel(), pool.stride(), pool.padding());
  }

  /** The block behind a window that moves over planes. */
  private static Block moved(
      String layer, String value, Block in, int kernel, int stride, int padding)
      throws IOException {
    int height = in.height() + 2 * padding - kernel;
    int width = in.width() + 2 * padding - kernel;
    if (height < 0 || width < 0) {
      throw new IOException(
          "the input is too small: at layer %s there are %d x %d pixels left, and it needs %d x %d"
              .formatted(
                  layer, in.height(), in.width(), kernel - 2 * padding, kernel - 2 * padding));
    }
    return new Block(value, height / stride + 1, width / stride + 1);
  }

  private Block meanPool(Layer.MeanPool pool, Block in) {
    int side = pool.side();
    if (in.height() == side && in.width() == side) {
      return in;
    }
    if (side == 1) {
      return new Block(graph.node("avgpool", "GlobalAveragePool", List.of(in.value())), 1, 1);
    }
    // The parts may overlap, which no pooling of ONNX does; as products of matrices they may.
    Tensor across = means(in.width(), side).transposed(1, 0);
    String columns =
        graph.node(
            "avgpool", "MatMul", List.of(in.value(), graph.constant("avgpool.across", across)));
    String down = graph.constant("avgpool.down", means(in.height(), side));
    return new Block(graph.node("avgpool", "MatMul", List.of(down, columns)), side, side);
  }

  /** The matrix, {@code side x length}, whose product with a column is the means of its parts. */
  private static Tensor means(int length, int side) {
    float[] weights = new float[side * length];
    for (int part = 0; part < side; part++) {
      int from = part * length / side;
      int to = ((part + 1) * length + side - 1) / side;
      for (int i = from; i < to; i++) {
        weights[part * length + i] = 1f / (to - from);
      }
    }
    return Tensor.of(new int[] {side, length}, weights);
  }

  private Block sum(Layer.Sum sum, Block in) throws IOException {
    Block one = all(sum.one(), in);
    Block other = all(sum.other(), in);
    return same(one, graph.node("add", "Add", List.of(one.value(), other.value())));
  }

  private Block all(List<Layer> layers, Block in) throws IOException {
    Block block = in;
    for (Layer layer : layers) {
      block = add(layer, block);
    }
    return block;
  }

  private Block dense(Layer.Dense layer, Block in) throws IOException {
    // Of what is flat already, this is again the same.
    String flat = graph.node(layer.name(), "Flatten", List.of(in.value()), whole("axis", 1));
    String value =
        graph.node(
            layer.name(),
            "Gemm",
            List.of(
                flat,
                graph.constant(layer.name() + ".weight", read(layer.name() + ".weight")),
                graph.constant(layer.name() + ".bias", read(layer.name() + ".bias"))),
            whole("transB", 1));
    return new Block(value, 1, 1);
  }

  private Tensor read(String name) throws IOException {
    try {
      return tensor(tensors, name).read();
    } catch (IOException e) {
      throw new IOException("tensor " + name + ": " + e.getMessage(), e);
    }
  }

  private static StoredTensor tensor(Map<String, StoredTensor> tensors, String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("tensor " + name + " is missing, and no one noticed");
    }
    return tensor;
  }

  private static List<Long> both(int side) {
    return List.of((long) side, (long) side);
  }
}
