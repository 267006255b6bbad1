package idunno.node.convert.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.onnx.FileOrHint;
import idunno.node.onnx.Hints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Where pictures go into a graph, and where the answer comes out. */
final class Ends {

  /**
   * A value at an end.
   *
   * @param name what it is called in the file
   * @param type the number of its type
   * @param sides its sides, 0 where open
   * @param known whether the file tells its sides
   */
  record End(String name, int type, List<Long> sides, boolean known) {
    static End of(ValueInfoProto value) {
      TypeProto.Tensor tensor = value.getType().getTensorType();
      List<Long> sides = new ArrayList<>();
      for (TensorShapeProto.Dimension side : tensor.getShape().getDimList()) {
        sides.add(Math.max(0, side.getDimValue()));
      }
      return new End(value.getName(), tensor.getElemType(), sides, tensor.hasShape());
    }

    /** How many pictures it is for; 0 for any number. */
    long batch() {
      return sides.getFirst();
    }

    /** How many numbers there are for each picture, if they are one row; 0 where open. */
    Optional<Long> row() {
      long row = 1;
      for (long side : sides.subList(Math.min(1, sides.size()), sides.size())) {
        if (side != 1 && row != 1) {
          return Optional.empty();
        }
        row = side == 1 ? row : side;
      }
      return sides.size() < 2 ? Optional.empty() : Optional.of(row);
    }

    @Override
    public String toString() {
      String sort = Optional.ofNullable(DataType.forNumber(type)).map(DataType::name).orElse("?");
      return name + " " + sort + (known ? sides.toString() : " of unknown shape");
    }
  }

  private static final Set<Integer> REALS =
      Set.of(DataType.FLOAT.getNumber(), DataType.FLOAT16.getNumber(), DataType.DOUBLE.getNumber());
  private static final Set<Integer> PIXELS =
      Set.of(
          DataType.FLOAT.getNumber(),
          DataType.FLOAT16.getNumber(),
          DataType.DOUBLE.getNumber(),
          DataType.UINT8.getNumber());

  private Ends() {}

  /**
   * The one input that is no constant. Before version 4 of the format, constants were listed as
   * inputs too.
   *
   * @throws IOException if there is another number, or it is no picture
   */
  static End input(GraphProto graph) throws IOException {
    Set<String> constants = new HashSet<>();
    graph.getInitializerList().forEach(tensor -> constants.add(tensor.getName()));
    List<End> inputs = new ArrayList<>();
    for (ValueInfoProto value : graph.getInputList()) {
      if (!constants.contains(value.getName())) {
        inputs.add(End.of(value));
      }
    }
    if (inputs.size() != 1) {
      throw new IOException(
          "expected one input, a picture, found %d: %s".formatted(inputs.size(), first(inputs)));
    }
    End input = inputs.getFirst();
    if (input.sides().size() != 4 || !PIXELS.contains(input.type())) {
      throw new IOException(
          "expected an input of pictures, 4 sides of floats or bytes, found " + input);
    }
    return input;
  }

  /**
   * The order of the input's sides: where the 3 channels are.
   *
   * @throws IOException if they are nowhere
   */
  static Layout layout(End input, GraphProto graph) throws IOException {
    if (input.sides().get(1) == 3) {
      return Layout.NCHW;
    }
    if (input.sides().get(3) == 3) {
      return Layout.NHWC;
    }
    Wiring wiring = new Wiring(graph);
    for (NodeProto node : graph.getNodeList()) {
      TensorProto kernel = wiring.constant(Wiring.input(node, 1));
      if (input.sides().get(1) == 0
          && node.getOpType().equals("Conv")
          && node.getInput(0).equals(input.name())
          && kernel != null
          && kernel.getDimsCount() == 4
          && kernel.getDims(1) == 3) {
        return Layout.NCHW;
      }
    }
    throw new IOException("expected an input with 3 channels on side 1 or 3, found " + input);
  }

  /**
   * The output that is a row of numbers for each picture.
   *
   * @throws IOException if none is, or several
   */
  static End output(GraphProto graph, Hints hints) throws IOException {
    List<End> outputs = graph.getOutputList().stream().map(End::of).toList();
    OptionalInt wanted = hints.outputs();
    List<End> fitting =
        outputs.stream()
            .filter(end -> REALS.contains(end.type()) && fits(end, wanted, outputs.size() == 1))
            .toList();
    if (fitting.size() != 1) {
      String classes = wanted.isPresent() ? String.valueOf(wanted.getAsInt()) : "classes";
      throw new IOException(
          "expected one output of pictures x %s, found %d among %s"
              .formatted(classes, fitting.size(), first(outputs)));
    }
    return fitting.getFirst();
  }

  private static boolean fits(End end, OptionalInt wanted, boolean alone) {
    if (!end.known()) {
      return alone;
    }
    Optional<Long> row = end.row();
    if (row.isEmpty() || row.get() == 1) {
      return false;
    }
    // An open side fits where there is no other output that might be meant.
    return row.get() == 0 ? alone : wanted.isEmpty() || wanted.getAsInt() == row.get();
  }

  /** How many numbers an output has for each picture. */
  static int outputs(End output, Hints hints) throws IOException {
    return FileOrHint.outputs(output.known() ? output.row().orElse(0L) : 0, hints.outputs());
  }

  private static List<End> first(List<End> ends) {
    return ends.subList(0, Math.min(8, ends.size()));
  }
}
