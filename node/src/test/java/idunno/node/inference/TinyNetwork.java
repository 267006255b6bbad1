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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A network that tells colours apart: the mean of each channel, then one fully connected layer. Its
 * classes are red, green, blue and, on a picture that is none of them, dark.
 */
final class TinyNetwork {
  static final List<String> LABELS = List.of("red", "green", "blue", "dark");

  /** The model's card, for pictures of 16 x 12 pixels. */
  static final String CARD =
      """
      {"name": "colours", "network": "tiny", "source": "made in a test", "licence": "Apache-2.0",
       "preprocessing": {"width": 16, "height": 12, "resize": "SHORTER_SIDE", "resizeTo": 20,
         "channels": "RGB", "layout": "NCHW", "scale": 0.003921569,
         "mean": [0, 0, 0], "std": [1, 1, 1]},
       "output": {"classes": 4, "skip": 0, "scores": "LOGITS"}}
      """;

  private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

  private TinyNetwork() {}

  /** Writes the whole model, of runs of any size. */
  static Path write(Path folder) throws IOException {
    return write(folder, CARD, LABELS, -1);
  }

  /**
   * Writes a model.
   *
   * @param batch how many pictures a run takes; -1 for any
   */
  static Path write(Path folder, String card, List<String> labels, int batch) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("model.onnx"), network(batch, LABELS.size()).toByteArray());
    Files.write(folder.resolve("labels.txt"), labels, StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("model.json"), card);
    return folder;
  }

  private static ModelProto network(int batch, int classes) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("colours")
            .addInput(value("picture", batch, 3, 12, 16))
            .addOutput(value("scores", batch, classes))
            .addInitializer(
                tensor(
                    "weights",
                    new float[] {20, -20, -20, 0, -20, 20, -20, 0, -20, -20, 20, 0},
                    3,
                    classes))
            .addInitializer(tensor("bias", new float[] {0, 0, 0, 3}, classes))
            .addNode(node("GlobalAveragePool", "means", "picture"))
            .addNode(node("Flatten", "flat", "means"))
            .addNode(node("Gemm", "scores", "flat", "weights", "bias"));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }

  private static NodeProto node(String type, String output, String... inputs) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(type).setName(output).addOutput(output);
    if (type.equals("Flatten")) {
      node.addAttribute(
          AttributeProto.newBuilder()
              .setName("axis")
              .setType(AttributeProto.AttributeType.INT)
              .setI(1));
    }
    return node.addAllInput(List.of(inputs)).build();
  }

  private static TensorProto tensor(String name, float[] values, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    for (float value : values) {
      tensor.addFloatData(value);
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
