package idunno.node.convert.tflite;

import static idunno.node.convert.tflite.Drawing.options;
import static idunno.node.convert.tflite.Drawing.unknown;
import static idunno.node.onnx.OnnxGraph.whole;
import static idunno.node.onnx.OnnxGraph.wholes;

import idunno.node.convert.tflite.TfLiteModel.Operator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The operators that work on sides: which there are, how long they are, what lies along them. */
final class Sides {
  private final Drawing drawing;

  Sides(Drawing drawing) {
    this.drawing = drawing;
  }

  Flow concatenation(Operator it) throws IOException {
    FlatTable options = options(it);
    Flow first = drawing.flow(it, 0);
    int rank = first.shape().size();
    int side = side(it, options.whole(0, 0), rank);
    List<String> names = new ArrayList<>();
    List<Integer> shape = new ArrayList<>(first.shape());
    Range range = first.range();
    shape.set(side, 0);
    for (int i = 0; i < it.inputs().size(); i++) {
      Flow flow = drawing.flow(it, i);
      if (flow.shape().size() != rank) {
        throw unknown(it, "inputs of " + first.shape() + " and " + flow.shape());
      }
      names.add(flow.name());
      range = range.or(flow.range());
      shape.set(side, Math.addExact(shape.get(side), flow.shape().get(side)));
    }
    String result = drawing.node(it, "Concat", names, whole("axis", onnxAxis(side, rank)));
    return drawing.finished(it, new Flow(result, shape, range, false), options.byteAt(1, 0));
  }

  Flow mean(Operator it) throws IOException {
    Flow in = drawing.picture(it);
    List<Integer> sides = new ArrayList<>();
    for (int axis : drawing.constant(it, 1).wholes()) {
      sides.add(side(it, axis, 3));
    }
    if (sides.size() != 2 || !sides.contains(0) || !sides.contains(1)) {
      throw unknown(it, "a mean other than over height and width");
    }
    boolean keep = options(it).flag(0);
    String result =
        drawing.node(
            it,
            "ReduceMean",
            List.of(in.name()),
            wholes("axes", List.of(2L, 3L)),
            whole("keepdims", keep ? 1 : 0));
    List<Integer> shape = keep ? List.of(1, 1, in.channels()) : List.of(in.channels());
    return drawing.finished(it, new Flow(result, shape, in.range(), false), 0);
  }

  /** Adds zeros around; for a quantised picture too, where they are its zero point. */
  Flow pad(Operator it) throws IOException {
    Flow in = drawing.picture(it);
    List<Integer> amounts = drawing.constant(it, 1).wholes();
    if (amounts.size() != 8
        || amounts.stream().anyMatch(a -> a < 0 || a > 4096)
        || amounts.get(0) + amounts.get(1) + amounts.get(6) + amounts.get(7) != 0) {
      throw unknown(it, "a padding of " + amounts);
    }
    List<Long> pads = new ArrayList<>(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
    pads.set(2, (long) amounts.get(2));
    pads.set(6, (long) amounts.get(3));
    pads.set(3, (long) amounts.get(4));
    pads.set(7, (long) amounts.get(5));
    String result =
        drawing.node(
            it,
            "Pad",
            List.of(in.name(), drawing.graph.constant(drawing.name(it, 1, "pads"), pads)));
    return new Flow(
        result,
        List.of(
            in.height() + amounts.get(2) + amounts.get(3),
            in.width() + amounts.get(4) + amounts.get(5),
            in.channels()),
        in.range().or(new Range(0, 0)),
        false);
  }

  Flow reshape(Operator it) throws IOException {
    Flow in = drawing.flow(it, 0);
    FlatTable options = it.options();
    List<Integer> wanted;
    if (drawing.has(it, 1)) {
      wanted = drawing.constant(it, 1).wholes();
    } else {
      wanted = options == null ? List.of() : options.wholes(0, 8);
    }
    return shaped(it, in, wanted);
  }

  /** Takes away sides of length 1; without a list, height and width. */
  Flow squeeze(Operator it) throws IOException {
    Flow in = drawing.flow(it, 0);
    FlatTable options = it.options();
    List<Integer> axes = options == null ? List.of() : options.wholes(0, 8);
    List<Integer> sides = new ArrayList<>(in.shape());
    for (int axis : axes.isEmpty() && in.isPicture() ? List.of(2, 1) : axes) {
      int side = side(it, axis, in.shape().size());
      if (in.shape().get(side) != 1) {
        throw unknown(it, "a side to be taken away of " + in.shape());
      }
      sides.set(side, 0);
    }
    sides.removeIf(side -> side == 0);
    sides.addFirst(1);
    return shaped(it, in, sides);
  }

  /**
   * The same numbers under another shape.
   *
   * @param wanted all sides, for one picture; one may be -1, to be worked out
   */
  private Flow shaped(Operator it, Flow in, List<Integer> wanted) throws IOException {
    long known = 1;
    for (int side : wanted) {
      known = side == -1 ? known : Math.multiplyExact(known, (long) side);
    }
    List<Integer> sides = new ArrayList<>();
    for (int side : wanted) {
      sides.add(side == -1 && known > 0 ? Math.toIntExact(in.numbers() / known) : side);
    }
    Flow to = Flow.of("", sides.isEmpty() ? sides : sides.subList(1, sides.size()));
    boolean fits = !sides.isEmpty() && sides.getFirst() == 1 && to.numbers() == in.numbers();
    if (!fits || (to.shape().size() != 1 && !to.isPicture())) {
      throw unknown(it, "a shape of " + wanted + " for " + in.shape());
    }
    if (to.shape().equals(in.shape())) {
      return in;
    }
    Flow flat = drawing.flat(it, in);
    String name = flat.name();
    if (to.isPicture()) {
      List<Long> rows = List.of(0L, (long) to.height(), (long) to.width(), (long) to.channels());
      String shape = drawing.graph.constant("shape/" + rows, rows);
      name = drawing.node(it, "Reshape", List.of(name, shape));
      name = drawing.node(it, "Transpose", List.of(name), wholes("perm", List.of(0L, 3L, 1L, 2L)));
    }
    return new Flow(name, to.shape(), in.range(), in.probabilities());
  }

  /** Which of one picture's sides an axis is. */
  private static int side(Operator it, int axis, int sides) throws IOException {
    int side = axis < 0 ? axis + sides : axis - 1;
    if (side < 0 || side >= sides) {
      throw unknown(it, "axis " + axis);
    }
    return side;
  }

  private static int onnxAxis(int side, int sides) {
    return sides == 1 || side == 2 ? 1 : side + 2;
  }
}
