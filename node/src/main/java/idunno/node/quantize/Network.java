package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import idunno.node.inference.UnfitModel;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A network of floats with one input and one output, as a value: its nodes and its constants. */
final class Network {
  private static final long MOST_BYTES = 1L << 30;
  private static final int LEAST_OPERATOR_SET = 13;

  private final ModelProto model;
  private final List<NodeProto> nodes;
  private final Map<String, TensorProto> constants;
  private final Map<String, NodeProto> makers = new LinkedHashMap<>();
  private final Map<String, List<NodeProto>> users = new LinkedHashMap<>();

  private Network(ModelProto model, List<NodeProto> nodes, Map<String, TensorProto> constants) {
    this.model = model;
    this.nodes = List.copyOf(nodes);
    this.constants = constants;
    for (NodeProto node : nodes) {
      node.getOutputList().forEach(output -> makers.put(output, node));
      node.getInputList().stream()
          .distinct()
          .forEach(input -> users.computeIfAbsent(input, _ -> new ArrayList<>()).add(node));
    }
  }

  /**
   * Reads a network.
   *
   * @throws UnfitModel if it is not one that can be quantised, saying why
   * @throws IOException if the file cannot be read
   */
  static Network read(Path file) throws UnfitModel, IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new UnfitModel(
          "%s: expected at most %d bytes to quantise, found %d"
              .formatted(file.getFileName(), MOST_BYTES, Files.size(file)));
    }
    ModelProto model;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      model = ModelProto.parseFrom(in);
    }
    return of(model);
  }

  /**
   * Takes a network.
   *
   * @throws UnfitModel if it is not one that can be quantised, saying why
   */
  static Network of(ModelProto model) throws UnfitModel {
    for (OperatorSetIdProto set : model.getOpsetImportList()) {
      if (set.getDomain().isEmpty() && set.getVersion() < LEAST_OPERATOR_SET) {
        throw new UnfitModel(
            "the network is of ONNX operator set %d, and quantising needs %d or newer: export it"
                    .formatted(set.getVersion(), LEAST_OPERATOR_SET)
                + " again with a newer one");
      }
    }
    Map<String, TensorProto> constants = new LinkedHashMap<>();
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      if (constant.getExternalDataCount() > 0) {
        throw new UnfitModel(
            "constant " + constant.getName() + ": expected its values within the file");
      }
      constants.put(constant.getName(), constant);
    }
    List<String> inputs =
        model.getGraph().getInputList().stream()
            .map(ValueInfoProto::getName)
            .filter(name -> !constants.containsKey(name))
            .toList();
    if (inputs.size() != 1 || model.getGraph().getOutputCount() != 1) {
      throw new UnfitModel(
          "expected a network with one input and one output, found "
              + inputs.size()
              + " and "
              + model.getGraph().getOutputCount());
    }
    return new Network(model, model.getGraph().getNodeList(), constants);
  }

  /** The same network made of other nodes. */
  Network withNodes(List<NodeProto> others) {
    return new Network(model, others, constants);
  }

  /** The same network with other values of its constants. */
  Network withConstants(Map<String, TensorProto> others) {
    return new Network(model, nodes, others);
  }

  /** The nodes, each after those whose results it uses. */
  List<NodeProto> nodes() {
    return nodes;
  }

  String input() {
    return model.getGraph().getInputList().stream()
        .map(ValueInfoProto::getName)
        .filter(name -> !constants.containsKey(name))
        .findFirst()
        .orElseThrow();
  }

  String output() {
    return model.getGraph().getOutput(0).getName();
  }

  /** The constants by name, in the file's order. */
  Map<String, TensorProto> constants() {
    return constants;
  }

  /** The node that a value comes from; none for the input and for constants. */
  Optional<NodeProto> maker(String value) {
    return Optional.ofNullable(makers.get(value));
  }

  /** The nodes that use a value. */
  List<NodeProto> users(String value) {
    return users.getOrDefault(value, List.of());
  }

  /** Whether a value is used by one node alone and is not the network's output. */
  boolean isUsedOnce(String value) {
    return users(value).size() == 1 && !value.equals(output());
  }

  /** A constant of floats; none if there is no such constant or it is of another type. */
  Optional<float[]> floats(String name) {
    @Nullable TensorProto constant = constants.get(name);
    if (constant == null || constant.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
      return Optional.empty();
    }
    float[] values;
    if (constant.hasRawData()) {
      ByteBuffer raw = constant.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      values = new float[raw.remaining() / Float.BYTES];
      raw.asFloatBuffer().get(values);
    } else {
      values = new float[constant.getFloatDataCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = constant.getFloatData(i);
      }
    }
    long wanted = constant.getDimsList().stream().reduce(1L, Math::multiplyExact);
    return values.length == wanted ? Optional.of(values) : Optional.empty();
  }

  /** The shape of a constant. */
  List<Long> shape(String name) {
    @Nullable TensorProto constant = constants.get(name);
    return constant == null ? List.of() : constant.getDimsList();
  }

  /** A constant of 64-bit whole numbers; none if there is no such constant. */
  Optional<List<Long>> wholes(String name) {
    @Nullable TensorProto constant = constants.get(name);
    if (constant == null || constant.getDataType() != TensorProto.DataType.INT64.getNumber()) {
      return Optional.empty();
    }
    if (!constant.hasRawData()) {
      return Optional.of(constant.getInt64DataList());
    }
    ByteBuffer raw = constant.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Long> values = new ArrayList<>();
    while (raw.remaining() >= Long.BYTES) {
      values.add(raw.getLong());
    }
    return Optional.of(values);
  }

  /** An attribute of a node; none where it has its default. */
  static Optional<AttributeProto> attribute(NodeProto node, String name) {
    return node.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  /** A whole number among a node's attributes. */
  static long whole(NodeProto node, String name, long otherwise) {
    return attribute(node, name).map(AttributeProto::getI).orElse(otherwise);
  }

  /**
   * Writes a network of other nodes and constants with the same input. Constants that nobody uses
   * are left out. The same arguments give the same bytes.
   *
   * @param outputs what comes out
   */
  void write(
      Path file,
      List<NodeProto> others,
      Map<String, TensorProto> further,
      List<ValueInfoProto> outputs)
      throws IOException {
    GraphProto.Builder graph =
        GraphProto.newBuilder().setName(model.getGraph().getName()).addAllNode(others);
    var used = others.stream().flatMap(n -> n.getInputList().stream()).collect(Collectors.toSet());
    model.getGraph().getInputList().stream()
        .filter(input -> input.getName().equals(input()))
        .forEach(graph::addInput);
    Map<String, TensorProto> all = new LinkedHashMap<>(constants);
    all.putAll(further);
    all.forEach(
        (name, constant) -> {
          if (used.contains(name)) {
            graph.addInitializer(constant);
          }
        });
    graph.addAllOutput(outputs);
    ModelProto.Builder whole =
        ModelProto.newBuilder()
            .setIrVersion(model.getIrVersion())
            .setProducerName("idunno")
            .setGraph(graph);
    var domains = others.stream().map(NodeProto::getDomain).collect(Collectors.toSet());
    for (OperatorSetIdProto set : model.getOpsetImportList()) {
      if (set.getDomain().isEmpty() || domains.contains(set.getDomain())) {
        whole.addOpsetImport(set);
      }
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      whole.build().writeTo(out);
    }
  }

  /** The declared output. */
  ValueInfoProto declaredOutput() {
    return model.getGraph().getOutput(0);
  }
}
