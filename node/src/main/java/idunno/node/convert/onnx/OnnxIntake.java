package idunno.node.convert.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.onnx.FileOrHint;
import idunno.node.onnx.Hints;
import idunno.node.onnx.NetworkInspection;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.OnnxNetwork;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes an ONNX file that somebody else wrote. It is inspected first; then one input of 32-bit
 * floats and one output of pictures x numbers are made of what it has, for any number of pictures
 * where {@link OpenBatch} can see that they do not touch one another, else for one.
 */
public final class OnnxIntake {
  // What ONNX Runtime still and already knows.
  private static final long OLDEST_OPSET = 7;
  private static final long NEWEST_OPSET = 26;
  private static final long OLDEST_FORMAT = 3;
  private static final long NEWEST_FORMAT = 13;

  private static final int FLOAT = DataType.FLOAT.getNumber();
  private static final Set<String> SAME_NUMBERS =
      Set.of("Identity", "Flatten", "Reshape", "Cast", "Squeeze", "Dropout");

  private OnnxIntake() {}

  /**
   * Reads a network.
   *
   * @param hints the input's size and the number of outputs, where the file leaves them open
   * @throws IOException if the file is refused ({@link NetworkInspection}), or is no network from a
   *     picture to a row of numbers
   */
  public static OnnxNetwork read(Path file, Hints hints) throws IOException {
    NetworkInspection.check(file);
    // The weights stay in this one array; what is parsed only refers to it.
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)).newCodedInput();
    in.enableAliasing(true);
    return network(ModelProto.parseFrom(in), hints);
  }

  private static OnnxNetwork network(ModelProto model, Hints hints) throws IOException {
    checkVersions(model);
    GraphProto graph = model.getGraph();
    Ends.End input = Ends.input(graph);
    Ends.End output = Ends.output(graph, hints);
    Layout layout = Ends.layout(input, graph);
    int rows = layout == Layout.NCHW ? 2 : 1;
    int height = FileOrHint.side("height", input.sides().get(rows), hints.height());
    int width = FileOrHint.side("width", input.sides().get(rows + 1), hints.width());
    int outputs = Ends.outputs(output, hints);
    graph = pruned(graph, output.name());
    Scores scores = scores(graph, output.name());
    boolean one = false;
    if (input.batch() > 0) {
      OpenBatch.Result opened = OpenBatch.open(graph, input.name(), input.batch());
      one = !opened.reason().isEmpty();
      if (one && input.batch() > 1) {
        throw new IOException(
            "written for %d pictures at once, and %s; export it for 1"
                .formatted(input.batch(), opened.reason()));
      }
      // A shape that was rewritten leaves its old constant behind.
      graph = pruned(opened.graph(), output.name());
    }
    GraphProto.Builder ready = graph.toBuilder().clearInput().clearOutput().clearValueInfo();
    long[] sides =
        layout == Layout.NCHW ? new long[] {3, height, width} : new long[] {height, width, 3};
    ready.addInput(value(fedIn(ready, input), one, sides));
    ready.addOutput(value(takenOut(ready, output), one, outputs));
    ModelProto.Builder finished =
        model.toBuilder()
            .setIrVersion(Math.max(4, model.getIrVersion()))
            .clearDocString()
            .setGraph(ready);
    return new OnnxNetwork(
        family(model, hints),
        layout,
        height,
        width,
        outputs,
        scores,
        to -> write(finished.build(), to));
  }

  private static void write(ModelProto model, Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      model.writeTo(out);
    }
  }

  private static void checkVersions(ModelProto model) throws IOException {
    between("format (ir_version)", model.getIrVersion(), OLDEST_FORMAT, NEWEST_FORMAT);
    long opset = 0;
    for (OperatorSetIdProto each : model.getOpsetImportList()) {
      if (each.getDomain().isEmpty() || each.getDomain().equals("ai.onnx")) {
        opset = each.getVersion();
      }
    }
    between("operator set", opset, OLDEST_OPSET, NEWEST_OPSET);
  }

  private static void between(String what, long version, long least, long most) throws IOException {
    if (version < least || version > most) {
      throw new IOException(
          "expected a version of the %s from %d to %d, found %d; export it anew"
              .formatted(what, least, most, version));
    }
  }

  /** The graph without what the output does not need. */
  private static GraphProto pruned(GraphProto graph, String output) {
    Set<String> needed = new Wiring(graph).behind(output);
    GraphProto.Builder pruned = graph.toBuilder().clearNode().clearInitializer();
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOutputList().stream().anyMatch(needed::contains)) {
        pruned.addNode(node);
      }
    }
    graph.getInitializerList().stream()
        .filter(tensor -> needed.contains(tensor.getName()))
        .forEach(pruned::addInitializer);
    return pruned.build();
  }

  /** Probabilities where a softmax made the numbers, whatever shape they were given then. */
  private static Scores scores(GraphProto graph, String output) {
    Wiring wiring = new Wiring(graph);
    @Nullable NodeProto maker = wiring.maker(output);
    while (maker != null && SAME_NUMBERS.contains(maker.getOpType())) {
      maker = wiring.maker(Wiring.input(maker, 0));
    }
    return maker != null && maker.getOpType().equals("Softmax")
        ? Scores.PROBABILITIES
        : Scores.LOGITS;
  }

  /**
   * The name of an input of 32-bit floats; one of another type becomes what those are cast to.
   * Bytes are cut off below the point, so the preprocessing must give them whole, 0 to 255.
   */
  private static String fedIn(GraphProto.Builder graph, Ends.End input) {
    if (input.type() == FLOAT) {
      return input.name();
    }
    String name = free(graph, OnnxGraph.INPUT);
    graph.addNode(0, cast(graph, name, input.name(), input.type()));
    return name;
  }

  /** The name of an output of 32-bit floats, pictures x numbers. */
  private static String takenOut(GraphProto.Builder graph, Ends.End output) {
    String name = output.name();
    if (output.type() != FLOAT) {
      String real = free(graph, name + "/float");
      graph.addNode(cast(graph, name, real, FLOAT));
      name = real;
    }
    if (output.sides().size() > 2) {
      String row = free(graph, name + "/row");
      graph.addNode(
          NodeProto.newBuilder()
              .setName(row)
              .setOpType("Flatten")
              .addInput(name)
              .addOutput(row)
              .addAttribute(OnnxGraph.whole("axis", 1)));
      name = row;
    }
    return name;
  }

  private static NodeProto cast(GraphProto.Builder graph, String from, String to, int type) {
    AttributeProto wanted = OnnxGraph.whole("to", type);
    return NodeProto.newBuilder()
        .setName(free(graph, from + "/cast"))
        .setOpType("Cast")
        .addInput(from)
        .addOutput(to)
        .addAttribute(wanted)
        .build();
  }

  /** A name that no value or operation has yet. */
  private static String free(GraphProto.Builder graph, String wanted) {
    String name = wanted;
    while (isTaken(graph, name)) {
      name += "_";
    }
    return name;
  }

  private static boolean isTaken(GraphProto.Builder graph, String name) {
    return graph.getInitializerList().stream().anyMatch(tensor -> tensor.getName().equals(name))
        || graph.getNodeList().stream()
            .anyMatch(
                node -> node.getInputList().contains(name) || node.getOutputList().contains(name));
  }

  private static ValueInfoProto value(String name, boolean one, long... sides) {
    TensorShapeProto.Dimension.Builder first = TensorShapeProto.Dimension.newBuilder();
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().addDim(one ? first.setDimValue(1) : first.setDimParam("N"));
    for (long side : sides) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(side));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
        .build();
  }

  private static String family(ModelProto model, Hints hints) {
    String writer = (model.getProducerName() + " " + model.getProducerVersion()).strip();
    boolean printable = writer.matches("[ -~]{1,60}");
    return hints.architecture().orElse(printable ? "ONNX, written by " + writer : "ONNX");
  }
}
