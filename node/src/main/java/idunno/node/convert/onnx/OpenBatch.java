package idunno.node.convert.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a graph that was written for a fixed number of pictures take any number. Operators work on
 * each picture by itself as long as the first side of every value is the pictures; the one place
 * where exporters write the number down is the shape of a {@code Reshape}. Every operation is
 * looked at, and where one mixes, moves or fixes the first side, the graph is left as it is: better
 * one picture at a time than an answer made of two.
 */
final class OpenBatch {
  /** What is known of a value. */
  private enum Kind {
    /** Made of constants alone. */
    CONSTANT,
    /** Made of the shapes of others: right for any number of pictures. */
    SHAPE,
    /** The first side is the pictures. */
    PICTURES,
    /** The first side is a multiple of the pictures, perhaps. */
    PARTS
  }

  private final Wiring wiring;
  private final long batch;
  private final Map<String, Kind> kinds = new HashMap<>();
  private final GraphProto.Builder rewritten;
  private String reason = "";

  private OpenBatch(GraphProto graph, String input, long batch) {
    this.wiring = new Wiring(graph);
    this.batch = batch;
    this.rewritten = graph.toBuilder().clearNode();
    kinds.put(input, Kind.PICTURES);
    for (NodeProto node : graph.getNodeList()) {
      add(node);
    }
  }

  /**
   * What came of it.
   *
   * @param graph for any number of pictures; or as it was
   * @param reason why it is as it was; empty where it is not
   */
  record Result(GraphProto graph, String reason) {}

  /**
   * Opens the first side.
   *
   * @param input the name of the pictures
   * @param batch how many pictures the graph was written for
   */
  static Result open(GraphProto graph, String input, long batch) {
    OpenBatch opening = new OpenBatch(graph, input, batch);
    return opening.reason.isEmpty()
        ? new Result(opening.rewritten.build(), "")
        : new Result(graph, opening.reason);
  }

  private Kind kind(String value) {
    return kinds.getOrDefault(value, Kind.CONSTANT);
  }

  private void add(NodeProto node) {
    boolean pictures = false;
    boolean parts = false;
    boolean shapes = false;
    for (String input : node.getInputList()) {
      Kind kind = kind(input);
      pictures |= kind == Kind.PICTURES;
      parts |= kind == Kind.PARTS;
      shapes |= kind == Kind.SHAPE;
    }
    NodeProto added = node;
    Kind made;
    if (!pictures && !parts) {
      made = shapes ? Kind.SHAPE : Kind.CONSTANT;
      if (node.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0)) {
        keep(node, "holds a graph of its own");
      }
    } else if (node.getOpType().equals("Shape") || node.getOpType().equals("Size")) {
      made = Kind.SHAPE;
    } else if (node.getOpType().equals("Reshape")) {
      made = parts ? Kind.PARTS : Kind.PICTURES;
      Optional<List<Long>> wanted = wiring.wholes(Wiring.input(node, 1));
      if (wanted.isPresent()) {
        made = reshaped(wanted.get(), made);
        added = reshaping(node, wanted.get());
      } else if (kind(Wiring.input(node, 1)) != Kind.SHAPE) {
        keep(node, "has a shape that is not known");
      }
    } else {
      made = parts ? Kind.PARTS : Kind.PICTURES;
      check(node);
    }
    for (String output : node.getOutputList()) {
      kinds.put(output, made);
    }
    rewritten.addNode(added);
  }

  /** What a Reshape to these sides makes. */
  private Kind reshaped(List<Long> sides, Kind from) {
    if (sides.isEmpty() || sides.getFirst() == 0) {
      return from;
    }
    return sides.getFirst() == batch ? Kind.PICTURES : Kind.PARTS;
  }

  /**
   * A Reshape for any number of pictures: -1, "as many as there are", takes the number's place; or
   * where the shape has another -1 already, 0, "as many as before".
   */
  private NodeProto reshaping(NodeProto node, List<Long> sides) {
    if (sides.isEmpty()) {
      keep(node, "takes away all sides");
      return node;
    }
    long first = sides.getFirst();
    if (first == 0 || first == -1) {
      return node;
    }
    boolean asBefore = sides.contains(-1L);
    if (first != batch || (asBefore && kind(node.getInput(0)) != Kind.PICTURES)) {
      keep(node, "makes " + sides + " of the pictures");
      return node;
    }
    List<Long> open = new ArrayList<>(sides);
    open.set(0, asBefore ? 0L : -1L);
    String name = node.getOutput(0) + "/shape/any";
    ByteBuffer raw = ByteBuffer.allocate(8 * open.size()).order(ByteOrder.LITTLE_ENDIAN);
    open.forEach(raw::putLong);
    rewritten.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(open.size())
            .setRawData(UnsafeByteOperations.unsafeWrap(raw.array())));
    return node.toBuilder().setInput(1, name).build();
  }

  private void check(NodeProto node) {
    String op = node.getOpType();
    switch (op) {
      case "Transpose" -> {
        AttributeProto perm = Wiring.attribute(node, "perm");
        if (perm == null || perm.getIntsCount() == 0 || perm.getInts(0) != 0) {
          keep(node, "moves the pictures to another side");
        }
      }
      case "Flatten" -> fixedUnless(node, Wiring.whole(node, "axis", 1) == 1);
      case "Concat" -> {
        fixedUnless(node, Wiring.whole(node, "axis", 0) != 0);
        if (node.getInputList().stream().anyMatch(in -> kind(in) == Kind.CONSTANT)) {
          keep(node, "puts a constant beside the pictures");
        }
      }
      case "Squeeze", "Unsqueeze" -> axes(node, 1);
      case "Slice" -> axes(node, 3);
      case "Gather", "GatherElements" -> {
        if (kind(node.getInput(0)) != Kind.CONSTANT) {
          fixedUnless(node, Wiring.whole(node, "axis", 0) != 0);
        }
      }
      case "Split", "ArgMax", "ArgMin" -> fixedUnless(node, Wiring.whole(node, "axis", 0) != 0);
      case "Softmax", "LogSoftmax", "Hardmax", "TopK", "CumSum" ->
          fixedUnless(node, Wiring.whole(node, "axis", -1) != 0);
      case "Expand", "Tile" -> {
        Optional<List<Long>> sides = wiring.wholes(Wiring.input(node, 1));
        boolean one = sides.isPresent() && !sides.get().isEmpty() && sides.get().getFirst() == 1;
        fixedUnless(node, one || kind(Wiring.input(node, 1)) == Kind.SHAPE);
      }
      case "Resize" ->
          fixedUnless(
              node, Wiring.input(node, 3).isEmpty() || kind(Wiring.input(node, 3)) == Kind.SHAPE);
      case "Gemm" -> {
        if (kind(node.getInput(0)) != Kind.CONSTANT) {
          fixedUnless(node, Wiring.whole(node, "transA", 0) == 0);
        }
        fixedUnless(node, kind(node.getInput(1)) == Kind.CONSTANT);
      }
      case "RNN", "GRU", "LSTM", "Einsum", "ScatterND", "GatherND", "NonZero", "Compress" ->
          keep(node, "may mix pictures");
      default -> {
        if (op.startsWith("Reduce")) {
          axes(node, 1);
        }
        if (node.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0)) {
          keep(node, "holds a graph of its own");
        }
      }
    }
  }

  /** The first side may not be among the axes, which are a setting or an input. */
  private void axes(NodeProto node, int input) {
    AttributeProto setting = Wiring.attribute(node, "axes");
    Optional<List<Long>> axes =
        setting != null
            ? Optional.of(setting.getIntsList())
            : wiring.wholes(Wiring.input(node, input));
    fixedUnless(node, axes.isPresent() && !axes.get().isEmpty() && !axes.get().contains(0L));
  }

  private void fixedUnless(NodeProto node, boolean eachByItself) {
    if (!eachByItself) {
      keep(node, "works on the side of the pictures");
    }
  }

  private void keep(NodeProto node, String why) {
    if (reason.isEmpty()) {
      reason = "operation %s (%s) %s".formatted(node.getName(), node.getOpType(), why);
    }
  }
}
