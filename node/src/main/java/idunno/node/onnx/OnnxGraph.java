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
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An ONNX network under construction: one input {@code input} of shape N x 3 x height x width, one
 * output {@code output} of shape N x classes, 32-bit floats, operator set 13 (<a
 * href="https://github.com/onnx/onnx/blob/main/docs/IR.md">ONNX IR</a>). Weights are not copied:
 * the file is written from the tensors' own bytes.
 */
public final class OnnxGraph implements OnnxFile {

  /** The name of the input. */
  public static final String INPUT = "input";

  /** The name of the output. */
  public static final String OUTPUT = "output";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private final GraphProto.Builder graph;
  private final Set<String> initializers = new HashSet<>();
  private int nodes;

  public OnnxGraph(String name) {
    graph = GraphProto.newBuilder().setName(name);
  }

  /** Declares the input and names it. */
  public String input(int channels, int height, int width) {
    graph.addInput(value(INPUT, channels, height, width));
    return INPUT;
  }

  /** Makes a value the network's output. */
  public void output(String value, int classes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName("end")
            .setOpType("Identity")
            .addInput(value)
            .addOutput(OUTPUT));
    graph.addOutput(value(OUTPUT, classes));
  }

  /** Adds a constant once, however often it is asked for, and names it. */
  public String constant(String name, Tensor tensor) {
    if (initializers.add(name)) {
      if (tensor.type() != Tensor.Type.FLOAT32) {
        throw new IllegalArgumentException("constant " + name + ": expected floats: " + tensor);
      }
      TensorProto.Builder proto =
          TensorProto.newBuilder()
              .setName(name)
              .setDataType(TensorProto.DataType.FLOAT.getNumber())
              .setRawData(UnsafeByteOperations.unsafeWrap(tensor.bytes()));
      for (int side : tensor.shape()) {
        proto.addDims(side);
      }
      graph.addInitializer(proto);
    }
    return name;
  }

  /** Adds a row of 64-bit whole numbers once and names it. */
  public String constant(String name, List<Long> numbers) {
    if (initializers.add(name)) {
      ByteBuffer raw = ByteBuffer.allocate(8 * numbers.size()).order(ByteOrder.LITTLE_ENDIAN);
      numbers.forEach(raw::putLong);
      graph.addInitializer(
          TensorProto.newBuilder()
              .setName(name)
              .setDataType(TensorProto.DataType.INT64.getNumber())
              .addDims(numbers.size())
              .setRawData(UnsafeByteOperations.unsafeWrap(raw.array())));
    }
    return name;
  }

  /**
   * Adds an operation.
   *
   * @param source what it was in the original, for people who look into the file
   * @return the name of its result
   */
  public String node(
      String source, String type, List<String> inputs, AttributeProto... attributes) {
    String result = type + "_" + ++nodes;
    graph.addNode(
        NodeProto.newBuilder()
            .setName(result + ":" + source)
            .setOpType(type)
            .addAllInput(inputs)
            .addOutput(result)
            .addAllAttribute(List.of(attributes)));
    return result;
  }

  public static AttributeProto whole(String name, long number) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(number)
        .build();
  }

  public static AttributeProto wholes(String name, List<Long> numbers) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(numbers)
        .build();
  }

  public static AttributeProto real(String name, float number) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(number)
        .build();
  }

  public static AttributeProto text(String name, String text) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(text))
        .build();
  }

  private static ValueInfoProto value(String name, int... sides) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (int side : sides) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(side));
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

  @Override
  public void write(Path file) throws IOException {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("idunno")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(graph)
            .build();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      model.writeTo(out);
    }
  }
}
