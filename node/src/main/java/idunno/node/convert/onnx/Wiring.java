package idunno.node.convert.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which operation gives what in a graph, and which values are constants. */
final class Wiring {
  private final Map<String, NodeProto> makers = new HashMap<>();
  private final Map<String, TensorProto> constants = new HashMap<>();

  Wiring(GraphProto graph) {
    for (TensorProto tensor : graph.getInitializerList()) {
      constants.put(tensor.getName(), tensor);
    }
    for (NodeProto node : graph.getNodeList()) {
      for (String output : node.getOutputList()) {
        makers.put(output, node);
      }
      AttributeProto value = attribute(node, "value");
      if (node.getOpType().equals("Constant") && value != null && value.hasT()) {
        constants.put(node.getOutput(0), value.getT());
      }
    }
  }

  static @Nullable AttributeProto attribute(NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  static long whole(NodeProto node, String name, long otherwise) {
    AttributeProto attribute = attribute(node, name);
    return attribute == null ? otherwise : attribute.getI();
  }

  /** What gives a value; null for an input of the network or a constant. */
  @Nullable NodeProto maker(String value) {
    return makers.get(value);
  }

  boolean isConstant(String value) {
    return constants.containsKey(value);
  }

  @Nullable TensorProto constant(String value) {
    return constants.get(value);
  }

  /** An operation's input; empty where it is left out. */
  static String input(NodeProto node, int index) {
    return index < node.getInputCount() ? node.getInput(index) : "";
  }

  /** A constant's 64-bit whole numbers; nothing where it is no such constant. */
  Optional<List<Long>> wholes(String value) {
    TensorProto tensor = constants.get(value);
    if (tensor == null || tensor.getDataType() != TensorProto.DataType.INT64.getNumber()) {
      return Optional.empty();
    }
    if (!tensor.hasRawData()) {
      return Optional.of(tensor.getInt64DataList());
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Long> numbers = new ArrayList<>();
    while (raw.remaining() >= Long.BYTES) {
      numbers.add(raw.getLong());
    }
    return Optional.of(numbers);
  }

  /** The names of everything that a value is made of, itself among them. */
  Set<String> behind(String value) {
    Set<String> seen = new HashSet<>(Set.of(value));
    Deque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      NodeProto maker = makers.get(open.pop());
      if (maker != null) {
        for (String input : read(maker)) {
          if (seen.add(input)) {
            open.push(input);
          }
        }
      }
    }
    return seen;
  }

  /** What an operation reads: its inputs, and what the graphs in it take from outside. */
  private static Set<String> read(NodeProto node) {
    Set<String> read = new HashSet<>(node.getInputList());
    for (AttributeProto attribute : node.getAttributeList()) {
      List<GraphProto> graphs = new ArrayList<>(attribute.getGraphsList());
      if (attribute.hasG()) {
        graphs.add(attribute.getG());
      }
      for (GraphProto graph : graphs) {
        graph.getNodeList().forEach(inner -> read.addAll(read(inner)));
        graph.getOutputList().forEach(output -> read.add(output.getName()));
      }
    }
    return read;
  }
}
