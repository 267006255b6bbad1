package idunno.node.convert.tfjs;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.models.ModelCard.Scores;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Every expected value is worked out by hand. Pictures are 2 x 2: red 1 to 4, green, blue. */
class GraphToOnnxTest {
  private static final float[] PICTURE = {1, 2, 3, 4, 10, 20, 30, 40, 0, 0, 0, 8};
  private static final int[] SCALAR = {};

  private static TinyModel model() {
    return new TinyModel().op("Placeholder", "in", "").whole("axes", new int[] {2}, 1, 2);
  }

  /** The mean of each channel behind the operation under test: 2.5, 25 and 2 by itself. */
  private static void means(TinyModel model, String of, float... expected) throws IOException {
    gives(model.op("Mean", "m", "", of, "axes"), "m", expected);
  }

  private static void gives(TinyModel model, String output, float... expected) throws IOException {
    OnnxNetwork network = GraphToOnnx.convert(model.graph(output), Hints.of(2, 2, expected.length));
    assertArrayEquals(expected, TinyModel.run(network.file(), 2, 2, PICTURE), 1e-5f);
  }

  private static void refused(String because, TinyModel model, String output) {
    says(
        assertThrows(
            IOException.class, () -> GraphToOnnx.convert(model.graph(output), Hints.of(2, 2, 3))),
        because);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String conv(String padding, int stride, String fused) {
    return """
    "data_format": {"s": "%s"}, "padding": {"s": "%s"},
    "strides": {"list": {"i": ["1", "%d", "%d", "1"]}},
    "dilations": {"list": {"i": ["1", "1", "1", "1"]}},
    "fused_ops": {"list": {"s": ["%s"]}}\
    """
        .formatted(base64("NHWC"), base64(padding), stride, stride, base64(fused));
  }

  @Test
  void meanTakesHeightAndWidth() throws IOException {
    means(model(), "in", 2.5f, 25, 2);
  }

  @Test
  void arithmeticKeepsTheOrderOfItsOperands() throws IOException {
    TinyModel model = model().constant("ten", SCALAR, 10);
    means(model.op("Sub", "x", "", "ten", "in"), "x", 7.5f, -15, 8);
    means(model().constant("c", SCALAR, 10).op("Sub", "x", "", "in", "c"), "x", -7.5f, 15, -8);
    means(model().constant("c", SCALAR, 2).op("RealDiv", "x", "", "in", "c"), "x", 1.25f, 12.5f, 1);
    means(model().op("AddV2", "x", "", "in", "in"), "x", 5, 50, 4);
    means(model().op("Mul", "x", "", "in", "in"), "x", 7.5f, 750, 16);
  }

  @Test
  void aConstantPerChannelMeetsItsChannel() throws IOException {
    int[][] shapes = {{3}, {1, 1, 3}, {1, 1, 1, 3}};
    for (int[] shape : shapes) {
      TinyModel model = model().constant("c", shape, 1, 2, 3).op("Mul", "x", "", "c", "in");
      means(model, "x", 2.5f, 50, 6);
    }
  }

  @Test
  void aConstantPerPixelMeetsItsPixel() throws IOException {
    // Rows first, then columns: picks the lower left pixel.
    TinyModel model =
        model().constant("c", new int[] {2, 2, 1}, 0, 0, 4, 0).op("Mul", "x", "", "in", "c");
    means(model, "x", 3, 30, 0);
  }

  @Test
  void aConstantSpreadOverAShapeIsThatConstant() throws IOException {
    TinyModel model =
        model()
            .constant("c", new int[] {1, 1, 3}, 1, 5, 2)
            .op("Shape", "s", "", "in")
            .op("BroadcastTo", "b", "", "c", "s")
            .op("Sub", "x", "", "in", "b");
    means(model, "x", 1.5f, 20, 0);
  }

  @Test
  void sigmoidAndSoftmax() throws IOException {
    TinyModel model =
        model()
            .op("Mean", "m", "", "in", "axes")
            .constant("c", new int[] {3}, -2.5f, -25, -2)
            .op("AddV2", "zero", "", "m", "c");
    gives(model.op("Sigmoid", "x", "", "zero"), "x", 0.5f, 0.5f, 0.5f);
    gives(model.op("Softmax", "y", "", "zero"), "y", 1 / 3f, 1 / 3f, 1 / 3f);
  }

  @Test
  void convolutionAddsItsBias() throws IOException {
    TinyModel model =
        model()
            .constant("k", new int[] {1, 1, 3, 2}, 1, -1, 1, 0, 0, 1)
            .constant("b", new int[] {2}, 0.5f, 0)
            .op("_FusedConv2D", "x", conv("VALID", 1, "BiasAdd"), "in", "k", "b");
    means(model, "x", 28, -0.5f);
  }

  @Test
  void samePaddingPutsTheOddPixelBehind() throws IOException {
    // Stride 2 leaves the upper left pixel with its right and lower neighbours, weights by place.
    TinyModel model =
        model()
            .constant(
                "k", new int[] {3, 3, 3, 1}, redKernel(1, 10, 100, 1000, 10_000, 100_000, 0, 0, 0))
            .constant("b", new int[] {1}, 0)
            .op("_FusedConv2D", "x", conv("SAME", 2, "BiasAdd"), "in", "k", "b");
    // One pixel is padded behind, none in front: 1*1 + 2*10 + 3*1000 + 4*10000.
    means(model, "x", 43_021);
  }

  private static float[] redKernel(float... red) {
    float[] kernel = new float[3 * red.length];
    for (int i = 0; i < red.length; i++) {
      kernel[3 * i] = red[i];
    }
    return kernel;
  }

  @Test
  void depthwiseConvolutionHasKernelsOfItsOwnPerChannel() throws IOException {
    TinyModel model =
        model()
            .constant("k", new int[] {1, 1, 3, 2}, 1, 2, 3, 4, 5, 6)
            .constant("b", new int[] {6}, 0, 0, 0, 0, 0, 1)
            .op("FusedDepthwiseConv2dNative", "x", conv("SAME", 1, "BiasAdd"), "in", "k", "b");
    means(model, "x", 2.5f, 5, 75, 100, 10, 13);
  }

  @Test
  void aMeanReshapedToOnePixelScalesItsChannels() throws IOException {
    TinyModel model =
        model()
            .op("Mean", "squeeze", "", "in", "axes")
            .whole("zero", new int[] {1}, 0)
            .whole("one", new int[] {1}, 1)
            .whole("side", SCALAR, 1)
            .whole("channels", SCALAR, 3)
            .op("Shape", "shape", "", "squeeze")
            .op(
                "StridedSlice",
                "batch",
                "\"shrink_axis_mask\": {\"i\": \"1\"}",
                "shape",
                "zero",
                "one",
                "one")
            .op("Pack", "to", "", "batch", "side", "side", "channels")
            .op("Reshape", "pixel", "", "squeeze", "to")
            .op("Mul", "x", "", "in", "pixel");
    means(model, "x", 6.25f, 625, 4);
  }

  @Test
  void aKeptMeanNeedsNoReshaping() throws IOException {
    TinyModel model =
        model()
            .op("Mean", "pixel", "\"keep_dims\": {\"b\": true}", "in", "axes")
            .op("Sub", "x", "", "in", "pixel");
    means(model, "x", 0, 0, 0);
  }

  @Test
  void aProductAddsItsBiasAndFollowsTheNumbersOfResults() throws IOException {
    TinyModel model =
        model()
            .op("Mean", "m", "", "in:0", "axes")
            .constant("k", new int[] {3, 2}, 1, 0, 1, 1, 0, -1)
            .constant("b", new int[] {2}, 0.5f, 0)
            .op("_FusedMatMul", "p", conv("VALID", 1, "BiasAdd"), "m:0", "k", "b")
            .op("Identity", "out", "", "p");
    gives(model, "out", 28, 23);
  }

  @Test
  void theGraphTellsOutputsAndWhatTheyAreAndItsSizeWhereItHasOne() throws IOException {
    String shape =
        "\"shape\": {\"shape\": {\"dim\": [{\"size\": \"-1\"}, {\"size\": \"%s\"}, {\"size\":"
            + " \"2\"}, {\"size\": \"3\"}]}}";
    TinyModel sized = new TinyModel().op("Placeholder", "in", shape.formatted(2));
    sized.whole("axes", new int[] {2}, 1, 2).op("Mean", "m", "", "in", "axes");
    sized.op("Softmax", "s", "", "m").op("Identity", "i", "", "s");
    OnnxNetwork network = GraphToOnnx.convert(sized.graph("i"), Hints.NONE);
    assertEquals(2, network.height());
    assertEquals(3, network.outputs());
    assertEquals(Scores.PROBABILITIES, network.scores());
    assertEquals(Scores.LOGITS, GraphToOnnx.convert(sized.graph("m"), Hints.NONE).scores());
    says(
        assertThrows(
            IOException.class, () -> GraphToOnnx.convert(sized.graph("i"), Hints.of(4, 2, 3))),
        "the input's height is 2 in the file, expected 4");
    TinyModel open = new TinyModel().op("Placeholder", "in", shape.formatted(-1));
    says(
        assertThrows(IOException.class, () -> GraphToOnnx.convert(open.graph("in"), Hints.NONE)),
        "the input's height is not in the file; name it with --size");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    refused("operation x (Tanh)", model().op("Tanh", "x", "", "in"), "x");
    refused("operation y: missing", model().op("Sigmoid", "x", "", "y"), "x");
    refused(
        "needs its own result",
        model().op("Sigmoid", "x", "", "y").op("Sigmoid", "y", "", "x"),
        "x");
    refused("expected a row of numbers as the output", model(), "in");
    TinyModel relu =
        model()
            .constant("k", new int[] {1, 1, 3, 1}, 1, 1, 1)
            .constant("b", new int[] {1}, 0)
            .op("_FusedConv2D", "x", conv("VALID", 1, "Relu"), "in", "k", "b");
    refused("fused operations [Relu]", relu, "x");
    TinyModel reshaped =
        model().whole("to", new int[] {2}, -1, 12).op("Reshape", "x", "", "in", "to");
    refused("a shape other than (batch, 1, 1, channels)", reshaped, "x");
    refused("lacks input 1", model().op("Mul", "x", "", "in"), "x");
    refused("weight c: missing", model().op("Const", "c", "").op("Mul", "x", "", "in", "c"), "x");
  }
}
