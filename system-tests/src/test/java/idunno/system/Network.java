package idunno.system;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A small network of any cost: layers of convolution, the mean of each channel, one fully connected
 * layer to ten classes. Its weights are random and always the same.
 *
 * @param layers how many convolutions; each costs a picture about a millisecond of one core
 */
record Network(int layers) {
  private static final int SIDE = 32;
  private static final int CHANNELS = 64;
  private static final int CLASSES = 10;
  private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

  /** Writes the model's three files. */
  Path write(Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("model.onnx"), model().toByteArray());
    Files.write(
        folder.resolve("labels.txt"),
        IntStream.range(0, CLASSES).mapToObj(number -> "class-" + number).toList());
    Files.writeString(folder.resolve("model.json"), card(name));
    return folder;
  }

  private static String card(String name) {
    return """
    {"name": "%s", "network": "random", "source": "made in a test", "licence": "Apache-2.0",
     "preprocessing": {"width": 32, "height": 32, "resize": "SQUASH", "resizeTo": 32,
       "channels": "RGB", "layout": "NCHW", "scale": 0.003921569,
       "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
     "output": {"classes": 10, "skip": 0, "scores": "LOGITS"}}
    """
        .formatted(name);
  }

  private ModelProto model() {
    SplittableRandom random = new SplittableRandom(7);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("random")
            .addInput(value("picture", -1, 3, SIDE, SIDE))
            .addOutput(value("scores", -1, CLASSES));
    String last = "picture";
    int channels = 3;
    for (int i = 0; i < layers; i++) {
      String kernel = "kernel" + i;
      graph.addInitializer(tensor(kernel, random, CHANNELS, channels, 3, 3));
      graph.addNode(
          node("Conv", "conv" + i, last, kernel)
              .addAttribute(
                  AttributeProto.newBuilder()
                      .setName("pads")
                      .setType(AttributeType.INTS)
                      .addAllInts(List.of(1L, 1L, 1L, 1L))));
      graph.addNode(node("Relu", "relu" + i, "conv" + i));
      last = "relu" + i;
      channels = CHANNELS;
    }
    graph
        .addNode(node("GlobalAveragePool", "means", last))
        .addNode(
            node("Flatten", "flat", "means")
                .addAttribute(
                    AttributeProto.newBuilder().setName("axis").setType(AttributeType.INT).setI(1)))
        .addInitializer(tensor("weights", random, channels, CLASSES))
        .addInitializer(tensor("bias", random, CLASSES))
        .addNode(node("Gemm", "scores", "flat", "weights", "bias"));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }

  private static NodeProto.Builder node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addOutput(output)
        .addAllInput(List.of(inputs));
  }

  private static TensorProto tensor(String name, SplittableRandom random, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    long values = 1;
    for (long dim : dims) {
      tensor.addDims(dim);
      values *= dim;
    }
    // The usual spread for weights that are followed by a rectifier: signals keep their size.
    double spread = Math.sqrt(6.0 * dims[0] / values);
    for (long i = 0; i < values; i++) {
      tensor.addFloatData((float) ((2 * random.nextDouble() - 1) * spread));
    }
    return tensor.build();
  }

  private static ValueInfoProto value(String name, int... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int dim : dims) {
      TensorShapeProto.Dimension.Builder size = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dim < 0 ? size.setDimParam("N") : size.setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
        .build();
  }
}
