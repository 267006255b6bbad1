package idunno.node.onnx;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An ONNX file as others write it: every part as a test wants it. */
public final class Foreign {
  public final ModelProto.Builder model =
      ModelProto.newBuilder()
          .setIrVersion(8)
          .setProducerName("a test")
          .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13));
  public final GraphProto.Builder graph = model.getGraphBuilder().setName("g");

  /** A picture of 4 x 4, and its mean for each channel through a matrix that swaps two of them. */
  public static Foreign classifier(int pictures) {
    return new Foreign()
        .input("x", TensorProto.DataType.FLOAT, pictures, 3, 4, 4)
        .floats("w", List.of(3L, 3L), 0, 1, 0, 1, 0, 0, 0, 0, 1)
        .node("GlobalAveragePool", "p", "x")
        .node("Flatten", "f", "p")
        .node("MatMul", "y", "f", "w")
        .output("y", TensorProto.DataType.FLOAT, pictures, 3);
  }

  public Foreign input(String name, TensorProto.DataType type, int... sides) {
    graph.addInput(value(name, type, sides));
    return this;
  }

  public Foreign output(String name, TensorProto.DataType type, int... sides) {
    graph.addOutput(value(name, type, sides));
    return this;
  }

  public Foreign node(String op, String output, String... inputs) {
    return node(op, output, List.of(inputs));
  }

  public Foreign node(String op, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName("n-" + output)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  public Foreign floats(String name, List<Long> sides, float... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addAllDims(sides);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  public Foreign wholes(String name, Long... values) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.length)
            .addAllInt64Data(List.of(values)));
    return this;
  }

  /** What a file says of a value; a side of 0 is open, one of less is written down as it is. */
  public static ValueInfoProto value(String name, TensorProto.DataType type, int... sides) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int side : sides) {
      TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(side == 0 ? dimension.setDimParam("any") : dimension.setDimValue(side));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  public Path write(Path folder) throws IOException {
    return Files.write(folder.resolve("foreign.onnx"), model.build().toByteArray());
  }
}
