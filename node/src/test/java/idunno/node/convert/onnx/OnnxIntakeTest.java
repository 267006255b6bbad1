package idunno.node.convert.onnx;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.convert.Converters;
import idunno.node.onnx.Foreign;
import idunno.node.onnx.Hints;
import idunno.node.onnx.NetworkInspection;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.OnnxNetwork;
import idunno.node.onnx.RefusedNetwork;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures are 4 x 4 and of one colour each, so that every answer is known. */
class OnnxIntakeTest {
  @TempDir Path folder;

  private OnnxNetwork read(Foreign network, Hints hints) throws IOException {
    return OnnxIntake.read(network.write(folder), hints);
  }

  private OnnxNetwork read(Foreign network) throws IOException {
    return read(network, Hints.NONE);
  }

  private void refused(String because, Foreign network) {
    says(assertThrows(IOException.class, () -> read(network)), because);
  }

  /** What a network gives for pictures of these colours (red, green, blue for each). */
  private float[] run(OnnxNetwork network, float... colours) throws IOException {
    Path file = folder.resolve("finished.onnx");
    network.file().write(file);
    NetworkInspection.check(file);
    int pixels = network.height() * network.width();
    float[] pictures = new float[colours.length * pixels];
    for (int i = 0; i < pictures.length; i++) {
      int picture = i / (3 * pixels);
      int within = i % (3 * pixels);
      int channel = network.layout() == Layout.NCHW ? within / pixels : within % 3;
      pictures[i] = colours[3 * picture + channel];
    }
    long count = colours.length / 3;
    long[] shape =
        network.layout() == Layout.NCHW
            ? new long[] {count, 3, network.height(), network.width()}
            : new long[] {count, network.height(), network.width(), 3};
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file.toString(), options);
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pictures), shape);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      assertEquals(1, result.size());
      OnnxTensor output = (OnnxTensor) result.get(0);
      assertArrayEquals(new long[] {count, network.outputs()}, output.getInfo().getShape());
      assertArrayEquals(
          new long[] {shapeOf(session.getInputInfo())[0], network.outputs()},
          shapeOf(session.getOutputInfo()));
      FloatBuffer values = output.getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return copy;
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }

  private static long[] shapeOf(Map<String, NodeInfo> ends) {
    return ((TensorInfo) ends.values().iterator().next().getInfo()).getShape();
  }

  /** Runs 1, 2 and 8 pictures; the answer to each is its own, whatever is beside it. */
  private void swapsForAnyNumberOfPictures(OnnxNetwork network) throws IOException {
    for (int count : List.of(1, 2, 8)) {
      float[] colours = new float[3 * count];
      float[] expected = new float[3 * count];
      for (int i = 0; i < count; i++) {
        colours[3 * i] = expected[3 * i + 1] = i + 1;
        colours[3 * i + 1] = expected[3 * i] = 10 * i;
        colours[3 * i + 2] = expected[3 * i + 2] = 100 - i;
      }
      assertArrayEquals(expected, run(network, colours), 1e-4f);
    }
  }

  @Test
  void aNetworkForOnePictureBecomesOneForAnyNumber() throws IOException {
    OnnxNetwork network = read(Foreign.classifier(1));
    assertEquals(List.of(4, 4, 3), List.of(network.height(), network.width(), network.outputs()));
    assertEquals(Layout.NCHW, network.layout());
    assertEquals(Scores.LOGITS, network.scores());
    assertEquals("ONNX, written by a test", network.family());
    swapsForAnyNumberOfPictures(network);
    swapsForAnyNumberOfPictures(read(Foreign.classifier(0)));
    swapsForAnyNumberOfPictures(read(Foreign.classifier(4)));
  }

  @Test
  void theSameFileThroughAllConverters() throws IOException {
    Path file = Foreign.classifier(1).write(folder);
    assertEquals(3, Converters.read(file, Hints.of(4, 4, 3)).outputs());
    says(
        assertThrows(IOException.class, () -> Converters.read(file, Hints.of(8, 4, 3))),
        "convert foreign.onnx: the input's height is 4 in the file, expected 8");
  }

  private static Foreign reshaped(String op, Long... sides) {
    Foreign network =
        new Foreign()
            .input("x", DataType.FLOAT, 1, 3, 4, 4)
            .floats("w", List.of(3L, 3L), 0, 1, 0, 1, 0, 0, 0, 0, 1)
            .wholes("s", sides)
            .node("GlobalAveragePool", "p", "x")
            .node(op, "f", "p", "s");
    return network.node("MatMul", "y", "f", "w").output("y", DataType.FLOAT, 1, 3);
  }

  @Test
  void aShapeWithTheNumberOfPicturesWrittenDownIsOpened() throws IOException {
    swapsForAnyNumberOfPictures(read(reshaped("Reshape", 1L, -1L)));
    swapsForAnyNumberOfPictures(read(reshaped("Reshape", 1L, 3L)));
    swapsForAnyNumberOfPictures(read(reshaped("Reshape", -1L, 3L)));
    swapsForAnyNumberOfPictures(read(reshaped("Reshape", 0L, -1L)));
  }

  @Test
  void aShapeInAConstantOperationIsOpenedToo() throws IOException {
    AttributeProto value =
        AttributeProto.newBuilder()
            .setName("value")
            .setType(AttributeProto.AttributeType.TENSOR)
            .setT(
                TensorProto.newBuilder()
                    .setDataType(DataType.INT64.getNumber())
                    .addDims(2)
                    .addInt64Data(1)
                    .addInt64Data(3))
            .build();
    Foreign network =
        new Foreign()
            .input("x", DataType.FLOAT, 1, 3, 4, 4)
            .floats("w", List.of(3L, 3L), 0, 1, 0, 1, 0, 0, 0, 0, 1)
            .node("GlobalAveragePool", "p", "x")
            .node("Constant", "s", List.of(), value)
            .node("Reshape", "f", "p", "s")
            .node("MatMul", "y", "f", "w")
            .output("y", DataType.FLOAT, 1, 3);
    swapsForAnyNumberOfPictures(read(network));
  }

  @Test
  void aConstantsOwnShapeStaysAsItIs() throws IOException {
    // (3) to (1, 3, 1, 1): the 1 has nothing to do with pictures.
    Foreign network =
        new Foreign()
            .input("x", DataType.FLOAT, 1, 3, 4, 4)
            .floats("b", List.of(3L), 10, 20, 30)
            .wholes("s", 1L, 3L, 1L, 1L)
            .node("Reshape", "r", "b", "s")
            .node("Add", "a", "x", "r")
            .node("GlobalAveragePool", "p", "a")
            .node("Flatten", "y", "p")
            .output("y", DataType.FLOAT, 1, 3);
    assertArrayEquals(
        new float[] {11, 22, 33, 14, 25, 36}, run(read(network), 1, 2, 3, 4, 5, 6), 1e-5f);
  }

  @Test
  void whereThePicturesMightBeMixedItStaysOneAtATime() throws IOException {
    // (1, 3, 1, 1) turned to (3, 1): a sum over the first side would be one over all pictures.
    Foreign network =
        new Foreign()
            .input("x", DataType.FLOAT, 1, 3, 4, 4)
            .node("GlobalAveragePool", "p", "x")
            .node("Transpose", "t", List.of("p"), OnnxGraph.wholes("perm", List.of(1L, 0L, 2L, 3L)))
            .wholes("s", 1L, 3L)
            .node("Reshape", "y", "t", "s")
            .output("y", DataType.FLOAT, 1, 3);
    OnnxNetwork one = read(network);
    assertArrayEquals(new float[] {1, 2, 3}, run(one, 1, 2, 3), 1e-5f);
    Path file = folder.resolve("finished.onnx");
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      assertEquals(1, shapeOf(session.getInputInfo())[0]);
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
    Foreign two =
        new Foreign()
            .input("x", DataType.FLOAT, 2, 3, 4, 4)
            .node("GlobalAveragePool", "p", "x")
            .node("Flatten", "f", "p")
            .wholes("s", 3L, 2L)
            .node("Reshape", "r", "f", "s")
            .node("Transpose", "y", List.of("r"), OnnxGraph.wholes("perm", List.of(1L, 0L)))
            .output("y", DataType.FLOAT, 2, 3);
    refused(
        "written for 2 pictures at once, and operation n-r (Reshape) makes [3, 2] of the pictures",
        two);
  }

  @Test
  void constantsThatAreListedAsInputsAreNone() throws IOException {
    Foreign old = Foreign.classifier(1);
    old.model.setIrVersion(3);
    old.graph.addInput(Foreign.value("w", DataType.FLOAT, 3, 3));
    swapsForAnyNumberOfPictures(read(old));
  }

  @Test
  void whatTheFileSaysOfValuesInBetweenIsForgotten() throws IOException {
    Foreign network = Foreign.classifier(1);
    ValueInfoProto inBetween = Foreign.value("f", DataType.FLOAT, 1, 3);
    network.graph.addValueInfo(inBetween);
    swapsForAnyNumberOfPictures(read(network));
  }

  @Test
  void channelsMayBeLast() throws IOException {
    Foreign network =
        new Foreign()
            .input("x", DataType.FLOAT, 1, 5, 4, 3)
            .node("Transpose", "t", List.of("x"), OnnxGraph.wholes("perm", List.of(0L, 3L, 1L, 2L)))
            .node("GlobalAveragePool", "p", "t")
            .node("Flatten", "y", "p")
            .output("y", DataType.FLOAT, 1, 3);
    OnnxNetwork read = read(network);
    assertEquals(Layout.NHWC, read.layout());
    assertEquals(5, read.height());
    assertEquals(4, read.width());
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, run(read, 1, 2, 3, 4, 5, 6), 1e-5f);
  }

  @Test
  void anOutputOfOnePixelBecomesARowAndASoftmaxIsFoundBehindIt() throws IOException {
    Foreign network =
        new Foreign()
            .input("x", DataType.FLOAT, 1, 3, 4, 4)
            .node("GlobalAveragePool", "p", "x")
            .node("Softmax", "s", List.of("p"), OnnxGraph.whole("axis", 1))
            .node("Identity", "y", "s")
            .output("y", DataType.FLOAT, 1, 3, 1, 1);
    OnnxNetwork read = read(network);
    assertEquals(Scores.PROBABILITIES, read.scores());
    assertArrayEquals(
        new float[] {1 / 3f, 1 / 3f, 1 / 3f, 0, 0, 1}, run(read, 5, 5, 5, 0, 0, 90), 1e-5f);
  }

  @Test
  void ofSeveralOutputsTheOneRowIsKept() throws IOException {
    Foreign several =
        Foreign.classifier(1)
            .node("ReduceMax", "m", List.of("x"), OnnxGraph.whole("keepdims", 0))
            .output("m", DataType.FLOAT)
            .output("x", DataType.FLOAT, 1, 3, 4, 4);
    swapsForAnyNumberOfPictures(read(several));
    Foreign two = Foreign.classifier(1).output("f", DataType.FLOAT, 1, 3);
    refused(
        "expected one output of pictures x classes, found 2 among [y FLOAT[1, 3], f FLOAT[1, 3]]",
        two);
    Foreign other = Foreign.classifier(1).output("q", DataType.FLOAT, 1, 7);
    other.node("Concat", "q", List.of("f", "f", "f"), OnnxGraph.whole("axis", 1));
    assertEquals(3, read(other, Hints.of(4, 4, 3)).outputs());
  }

  @Test
  void anotherTypeOfInputOrOutputIsCast() throws IOException {
    Foreign bytes =
        new Foreign()
            .input("x", DataType.UINT8, 1, 3, 4, 4)
            .node("Cast", "c", List.of("x"), OnnxGraph.whole("to", 1))
            .node("GlobalAveragePool", "p", "c")
            .node("Flatten", "f", "p")
            .node("Cast", "y", List.of("f"), OnnxGraph.whole("to", 11))
            .output("y", DataType.DOUBLE, 1, 3);
    assertArrayEquals(new float[] {0, 128, 255}, run(read(bytes), 0, 128, 255), 1e-5f);
    Foreign half =
        new Foreign()
            .input("x", DataType.FLOAT16, 1, 3, 4, 4)
            .node("Cast", "c", List.of("x"), OnnxGraph.whole("to", 1))
            .node("GlobalAveragePool", "p", "c")
            .node("Flatten", "f", "p")
            .node("Cast", "y", List.of("f"), OnnxGraph.whole("to", 10))
            .output("y", DataType.FLOAT16, 1, 3);
    assertArrayEquals(new float[] {0.5f, -2, 3}, run(read(half), 0.5f, -2, 3), 1e-2f);
  }

  @Test
  void whatTheFileLeavesOpenIsAskedForOrTakenFromHints() throws IOException {
    Foreign open =
        new Foreign()
            .input("x", DataType.FLOAT, 0, 3, 0, 0)
            .node("GlobalAveragePool", "p", "x")
            .node("Flatten", "y", "p")
            .output("y", DataType.FLOAT, 0, 0);
    refused("the input's height is not in the file; name it with --size", open);
    assertArrayEquals(new float[] {1, 2, 3}, run(read(open, Hints.of(2, 6, 3)), 1, 2, 3), 1e-5f);
    Hints size =
        new Hints(Optional.empty(), OptionalInt.of(2), OptionalInt.of(2), OptionalInt.empty());
    says(
        assertThrows(IOException.class, () -> read(open, size)),
        "the number of outputs is not in the file");
  }

  @Test
  void networksOfOtherThanPicturesAreRefused() {
    refused(
        "expected one input, a picture, found 2: [x FLOAT[1, 3, 4, 4], z FLOAT[1]]",
        Foreign.classifier(1).input("z", DataType.FLOAT, 1));
    refused(
        "expected an input of pictures, 4 sides of floats or bytes, found x FLOAT[1, 3]",
        new Foreign().input("x", DataType.FLOAT, 1, 3).output("x", DataType.FLOAT, 1, 3));
    refused(
        "expected an input of pictures, 4 sides of floats or bytes, found x INT64[1, 3, 4, 4]",
        new Foreign().input("x", DataType.INT64, 1, 3, 4, 4).output("x", DataType.FLOAT, 1, 3));
    refused(
        "expected an input with 3 channels on side 1 or 3, found x FLOAT[1, 1, 28, 28]",
        new Foreign().input("x", DataType.FLOAT, 1, 1, 28, 28).output("x", DataType.FLOAT, 1, 3));
    refused(
        "expected one output of pictures x classes, found 0 among [x FLOAT[1, 3, 4, 4]]",
        new Foreign()
            .input("x", DataType.FLOAT, 1, 3, 4, 4)
            .output("x", DataType.FLOAT, 1, 3, 4, 4));
  }

  @Test
  void versionsThatNobodyCanRunAreRefused() {
    Foreign old = Foreign.classifier(1);
    old.model.getOpsetImportBuilder(0).setVersion(6);
    refused("expected a version of the operator set from 7 to 26, found 6; export it anew", old);
    Foreign none = Foreign.classifier(1);
    none.model.clearOpsetImport();
    refused("found 0", none);
    Foreign newer = Foreign.classifier(1);
    newer.model.setIrVersion(99);
    refused("expected a version of the format (ir_version) from 3 to 13, found 99", newer);
  }

  @Test
  void whatTheInspectionRefusesIsNeverRead() throws IOException {
    Foreign hostile = Foreign.classifier(1);
    hostile.graph.getInitializerBuilder(0).setDataLocation(TensorProto.DataLocation.EXTERNAL);
    assertThrows(RefusedNetwork.class, () -> read(hostile));
    Path file = hostile.write(folder);
    says(
        assertThrows(IOException.class, () -> Converters.read(file, Hints.NONE)),
        "convert foreign.onnx: tensor w: its data is in another file");
  }

  @Test
  void whatTheOutputDoesNotNeedIsLeftOut() throws IOException {
    Foreign network = Foreign.classifier(1).node("Relu", "unused", "x");
    network.floats("big", List.of(1000L), new float[1000]).node("Add", "unused2", "x", "big");
    Path file = folder.resolve("pruned.onnx");
    read(network).file().write(file);
    GraphProto graph = ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
    List<String> names = new ArrayList<>();
    graph.getNodeList().forEach(node -> names.add(node.getOutput(0)));
    assertEquals(Arrays.asList("p", "f", "y"), names);
    assertEquals(1, graph.getInitializerCount());
  }
}
