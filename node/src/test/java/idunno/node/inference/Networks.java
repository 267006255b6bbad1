package idunno.node.inference;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Models with weights of any size, as a convolution and two fully connected layers. */
final class Networks {
  private static final int SIDE = 32;
  private static final int CHANNELS = 16;
  private static final int CLASSES = 10;

  private Networks() {}

  /**
   * Writes a model.
   *
   * @param bytes about how much its weights take
   */
  static Path large(Path folder, long bytes, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    OnnxGraph graph = new OnnxGraph("large");
    int flat = CHANNELS * (SIDE / 2) * (SIDE / 2);
    int hidden = Math.toIntExact(Math.max(1, bytes / Float.BYTES / (flat + CLASSES + 1)));
    String x = graph.input(3, SIDE, SIDE);
    x =
        graph.node(
            "conv",
            "Conv",
            List.of(
                x,
                graph.constant("conv.w", random(random, 0.1f, CHANNELS, 3, 3, 3)),
                graph.constant("conv.b", random(random, 0.1f, CHANNELS))),
            OnnxGraph.wholes("pads", List.of(1L, 1L, 1L, 1L)),
            OnnxGraph.wholes("strides", List.of(2L, 2L)));
    x = graph.node("relu", "Relu", List.of(x));
    x = graph.node("flatten", "Flatten", List.of(x));
    x = dense(graph, random, x, "one", flat, hidden);
    x = graph.node("relu", "Relu", List.of(x));
    x = dense(graph, random, x, "two", hidden, CLASSES);
    graph.output(x, CLASSES);
    Files.createDirectories(folder);
    graph.write(folder.resolve("model.onnx"));
    return describe(folder, CLASSES);
  }

  private static String dense(
      OnnxGraph graph, SplittableRandom random, String x, String name, int in, int out) {
    return graph.node(
        name,
        "Gemm",
        List.of(
            x,
            graph.constant(name + ".w", random(random, 0.05f, in, out)),
            graph.constant(name + ".b", random(random, 0.1f, out))));
  }

  /** The numbers that {@link #large} has learnt. */
  static long parametersOfLarge(long bytes) {
    long flat = CHANNELS * (SIDE / 2) * (SIDE / 2);
    long hidden = Math.max(1, bytes / Float.BYTES / (flat + CLASSES + 1));
    return CHANNELS * 3 * 9 + CHANNELS + flat * hidden + hidden + hidden * CLASSES + CLASSES;
  }

  private static Tensor random(SplittableRandom random, float bound, int... shape) {
    int count = 1;
    for (int side : shape) {
      count = Math.multiplyExact(count, side);
    }
    byte[] bytes = new byte[Math.multiplyExact(count, Float.BYTES)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      buffer.putFloat((float) random.nextDouble(-bound, bound));
    }
    return new Tensor(Tensor.Type.FLOAT32, shape, bytes);
  }

  /** Writes a model whose answer for a picture depends on the others of its run. */
  static Path mixing(Path folder) throws IOException {
    OnnxGraph graph = new OnnxGraph("mixing");
    String x = graph.input(3, SIDE, SIDE);
    x = graph.node("pool", "GlobalAveragePool", List.of(x));
    x = graph.node("flatten", "Flatten", List.of(x));
    x = graph.node("softmax", "Softmax", List.of(x), OnnxGraph.whole("axis", 0));
    graph.output(x, 3);
    Files.createDirectories(folder);
    graph.write(folder.resolve("model.onnx"));
    return describe(folder, 3);
  }

  /** Writes a model that is open to any number of pictures on paper, and fails on two. */
  static Path forOneInTruth(Path folder) throws IOException {
    OnnxGraph graph = new OnnxGraph("one");
    String x = graph.input(3, SIDE, SIDE);
    x = graph.node("pool", "GlobalAveragePool", List.of(x));
    x = graph.node("reshape", "Reshape", List.of(x, graph.constant("shape", List.of(1L, 3L))));
    graph.output(x, 3);
    Files.createDirectories(folder);
    graph.write(folder.resolve("model.onnx"));
    return describe(folder, 3);
  }

  /** Writes a model that takes the logarithm of what may be negative. */
  static Path notANumber(Path folder) throws IOException {
    OnnxGraph graph = new OnnxGraph("nan");
    String x = graph.input(3, SIDE, SIDE);
    x = graph.node("pool", "GlobalAveragePool", List.of(x));
    x = graph.node("flatten", "Flatten", List.of(x));
    x = graph.node("neg", "Neg", List.of(x));
    x = graph.node("log", "Log", List.of(x));
    graph.output(x, 3);
    Files.createDirectories(folder);
    graph.write(folder.resolve("model.onnx"));
    return describe(folder, 3);
  }

  private static Path describe(Path folder, int classes) throws IOException {
    Files.write(folder.resolve("labels.txt"), Collections.nCopies(classes, "label"));
    Files.writeString(
        folder.resolve("model.json"),
        TinyNetwork.CARD
            .replace("\"width\": 16, \"height\": 12", "\"width\": 32, \"height\": 32")
            .replace("\"resizeTo\": 20", "\"resizeTo\": 36")
            .replace("\"classes\": 4", "\"classes\": " + classes));
    return folder;
  }

  /**
   * Writes a model in 8-bit whole numbers, as a quantizer does: each tensor quantized and
   * dequantized again around a convolution and a fully connected layer.
   */
  static Path quantized(Path folder) throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    GraphProto.Builder graph = GraphProto.newBuilder().setName("quantized");
    graph.addInput(value("input", 3, SIDE, SIDE)).addOutput(value("output", 200));
    real(graph, "act.scale", 0.01f);
    bytes(graph, "act.zero", TensorProto.DataType.UINT8, new byte[] {(byte) 128});
    real(graph, "w.scale", 0.002f);
    bytes(graph, "w.zero", TensorProto.DataType.INT8, new byte[1]);
    bytes(graph, "conv.q", TensorProto.DataType.INT8, noise(random, 32 * 27), 32, 3, 3, 3);
    bytes(graph, "fc.q", TensorProto.DataType.INT8, noise(random, 32 * 256 * 200), 32 * 256, 200);
    String x = pair(graph, "in", "input");
    dequantize(graph, "conv.w", "conv.q", "w");
    graph.addNode(
        node("Conv", "conv", x, "conv.w")
            .addAttribute(wholes("pads", 1, 1, 1, 1))
            .addAttribute(wholes("strides", 2, 2)));
    graph.addNode(node("Relu", "relu", "conv"));
    graph.addNode(node("Flatten", "flat", pair(graph, "mid", "relu")));
    dequantize(graph, "fc.w", "fc.q", "w");
    graph.addNode(node("MatMul", "fc", pair(graph, "flatq", "flat"), "fc.w"));
    graph.addNode(node("Identity", "output", pair(graph, "end", "fc")));
    Files.createDirectories(folder);
    Files.write(
        folder.resolve("model.onnx"),
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build()
            .toByteArray());
    return describe(folder, 200);
  }

  private static String pair(GraphProto.Builder graph, String name, String of) {
    graph.addNode(node("QuantizeLinear", name + ".q", of, "act.scale", "act.zero"));
    dequantize(graph, name + ".dq", name + ".q", "act");
    return name + ".dq";
  }

  private static void dequantize(GraphProto.Builder graph, String to, String of, String by) {
    graph.addNode(node("DequantizeLinear", to, of, by + ".scale", by + ".zero"));
  }

  private static NodeProto.Builder node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addOutput(output)
        .addAllInput(List.of(inputs));
  }

  private static AttributeProto wholes(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static byte[] noise(SplittableRandom random, int count) {
    byte[] noise = new byte[count];
    random.nextBytes(noise);
    return noise;
  }

  private static void real(GraphProto.Builder graph, String name, float value) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addFloatData(value));
  }

  private static void bytes(
      GraphProto.Builder graph,
      String name,
      TensorProto.DataType type,
      byte[] values,
      long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(values));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    graph.addInitializer(tensor);
  }

  private static ValueInfoProto value(String name, int... dims) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (int dim : dims) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }
}
