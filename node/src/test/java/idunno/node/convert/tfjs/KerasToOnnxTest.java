package idunno.node.convert.tfjs;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.models.ModelCard.Scores;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every expected value is worked out by hand. Pictures are 2 x 2: red 1 to 4, green, blue. */
class KerasToOnnxTest {
  private static final float[] PICTURE = {1, 2, 3, 4, 10, 20, 30, 40, 0, 0, 0, 8};
  private static final String CONV =
      """
      "strides": [1, 1], "dilation_rate": [1, 1], "padding": "%s", "use_bias": %s,
      "activation": "%s\"\
      """;
  private static final String NORM =
      """
      "axis": [3], "epsilon": 1.0, "scale": true, "center": true\
      """;

  @TempDir Path folder;

  private static TinyModel model() {
    return new TinyModel().layer("InputLayer", "in", "\"batch_input_shape\": [null, 2, 2, 3]");
  }

  private static void gives(TinyModel model, String output, float... expected) throws IOException {
    int pictures = 1;
    OnnxNetwork network =
        KerasToOnnx.convert(model.keras(output), Hints.of(2, 2, expected.length / pictures));
    assertArrayEquals(expected, TinyModel.run(network.file(), 2, 2, PICTURE), 1e-5f);
  }

  private static void refused(String because, TinyModel model, String output) {
    says(
        assertThrows(
            IOException.class, () -> KerasToOnnx.convert(model.keras(output), Hints.of(2, 2, 1))),
        because);
  }

  /** A 1 x 1 kernel: red + green to the first channel, blue - red to the second. */
  private static TinyModel mixed(String activation) {
    return model()
        .layer("Conv2D", "c", CONV.formatted("valid", "true", activation), "in")
        .weight("c/kernel", new int[] {1, 1, 3, 2}, 1, -1, 1, 0, 0, 1)
        .weight("c/bias", new int[] {2}, 0.5f, 0);
  }

  @Test
  void flattenKeepsChannelsLast() throws IOException {
    gives(model().layer("Flatten", "f", "", "in"), "f", 1, 10, 0, 2, 20, 0, 3, 30, 0, 4, 40, 8);
  }

  @Test
  void convolutionMixesChannels() throws IOException {
    TinyModel model = mixed("linear").layer("Flatten", "f", "", "c");
    gives(model, "f", 11.5f, -1, 22.5f, -2, 33.5f, -3, 44.5f, 4);
  }

  @Test
  void convolutionRunsItsActivation() throws IOException {
    TinyModel model = mixed("relu").layer("Flatten", "f", "", "c");
    gives(model, "f", 11.5f, 0, 22.5f, 0, 33.5f, 0, 44.5f, 4);
  }

  @Test
  void convolutionKeepsHeightAndWidthApart() throws IOException {
    // The kernel is 2 high and 1 wide: upper pixel once, lower pixel 100 times, red alone.
    TinyModel model =
        model()
            .layer("Conv2D", "c", CONV.formatted("valid", "false", "linear"), "in")
            .weight("c/kernel", new int[] {2, 1, 3, 1}, 1, 0, 0, 100, 0, 0)
            .layer("Flatten", "f", "", "c");
    gives(model, "f", 301, 402);
  }

  @Test
  void samePaddingPutsTheOddPixelBehind() throws IOException {
    // 2 x 2 ones over red: the missing row and column lie below and to the right.
    TinyModel model =
        model()
            .layer("Conv2D", "c", CONV.formatted("same", "false", "linear"), "in")
            .weight("c/kernel", new int[] {2, 2, 3, 1}, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0)
            .layer("Flatten", "f", "", "c");
    gives(model, "f", 10, 6, 7, 4);
  }

  @Test
  void zeroPaddingPutsRowsAndColumnsWhereKerasDoes() throws IOException {
    TinyModel model =
        model()
            .layer("ZeroPadding2D", "p", "\"padding\": [[1, 0], [0, 2]]", "in")
            .layer("Conv2D", "c", CONV.formatted("valid", "false", "linear"), "p")
            .weight("c/kernel", new int[] {1, 1, 3, 1}, 1, 0, 0)
            .layer("Flatten", "f", "", "c");
    gives(model, "f", 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0);
  }

  private static TinyModel withNorm(TinyModel model, String behind) {
    // factor = gamma / sqrt(variance + 1): 1 and 4; summand = beta - mean * factor: 4 and -2.
    return model
        .layer("BatchNormalization", "n", NORM, behind)
        .weight("n/gamma", new int[] {2}, 2, 4)
        .weight("n/beta", new int[] {2}, 5, 2)
        .weight("n/moving_mean", new int[] {2}, 1, 1)
        .weight("n/moving_variance", new int[] {2}, 3, 0);
  }

  @Test
  void aNormBehindAConvolutionBecomesPartOfIt() throws IOException {
    TinyModel model = withNorm(mixed("linear"), "c").layer("Flatten", "f", "", "n");
    gives(model, "f", 15.5f, -6, 26.5f, -10, 37.5f, -14, 48.5f, 14);
    Path file = folder.resolve("m.onnx");
    KerasToOnnx.convert(model.keras("f"), Hints.of(2, 2, 8)).file().write(file);
    String onnx = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertFalse(onnx.contains("Mul_") || onnx.contains("n/factors"));
  }

  @Test
  void aNormBehindAnActivationStaysBehindIt() throws IOException {
    TinyModel model = withNorm(mixed("relu"), "c").layer("Flatten", "f", "", "n");
    gives(model, "f", 15.5f, -2, 26.5f, -2, 37.5f, -2, 48.5f, 14);
  }

  @Test
  void aConvolutionThatOthersReadTooKeepsItsOwnResult() throws IOException {
    TinyModel model =
        withNorm(mixed("linear"), "c")
            .layer("Add", "a", "", "n", "c")
            .layer("Flatten", "f", "", "a");
    gives(model, "f", 27, -7, 49, -12, 71, -17, 93, 18);
  }

  @Test
  void aNormWithoutScaleAndCentreHasNeither() throws IOException {
    TinyModel model =
        mixed("linear")
            .layer("BatchNormalization", "n", NORM.replace("true", "false"), "c")
            .weight("n/moving_mean", new int[] {2}, 1.5f, 0)
            .weight("n/moving_variance", new int[] {2}, 3, 0)
            .layer("Flatten", "f", "", "n");
    gives(model, "f", 5, -1, 10.5f, -2, 16, -3, 21.5f, 4);
  }

  @Test
  void poolingTakesTheLargestOrTheMean() throws IOException {
    String pool = "\"pool_size\": [1, 2], \"strides\": [1, 2], \"padding\": \"valid\"";
    TinyModel largest =
        model().layer("MaxPooling2D", "p", pool, "in").layer("Flatten", "f", "", "p");
    gives(largest, "f", 2, 20, 0, 4, 40, 8);
    TinyModel mean =
        model().layer("AveragePooling2D", "p", pool, "in").layer("Flatten", "f", "", "p");
    gives(mean, "f", 1.5f, 15, 0, 3.5f, 35, 4);
  }

  @Test
  void aMeanAtTheEdgeCountsOnlyRealPixels() throws IOException {
    String pool = "\"pool_size\": [2, 2], \"strides\": [1, 1], \"padding\": \"same\"";
    TinyModel model =
        model()
            .layer("AveragePooling2D", "p", pool, "in")
            .layer("Conv2D", "c", CONV.formatted("valid", "false", "linear"), "p")
            .weight("c/kernel", new int[] {1, 1, 3, 1}, 1, 0, 0)
            .layer("Flatten", "f", "", "c");
    gives(model, "f", 2.5f, 3, 3.5f, 4);
  }

  @Test
  void addTakesAnyNumberOfInputs() throws IOException {
    TinyModel model =
        model().layer("Add", "a", "", "in", "in", "in").layer("Flatten", "f", "", "a");
    gives(model, "f", 3, 30, 0, 6, 60, 0, 9, 90, 0, 12, 120, 24);
  }

  @Test
  void denseBehindTheGlobalMeanGivesProbabilities() throws IOException {
    // Means 2.5, 25, 2; scores 2.5 + 25 - 27 = 0.5 and 25 - 12.25 * 2 = 0.5.
    TinyModel model =
        model()
            .layer("GlobalAveragePooling2D", "g", "", "in")
            .layer("Dense", "d", "\"use_bias\": true, \"activation\": \"softmax\"", "g")
            .weight("d/kernel", new int[] {3, 2}, 1, 0, 1, 1, 0, -12.25f)
            .weight("d/bias", new int[] {2}, -27, 0);
    gives(model, "d", 0.5f, 0.5f);
    TinyModel bare =
        model()
            .layer("GlobalAveragePooling2D", "g", "", "in")
            .layer("Dense", "d", "\"use_bias\": false, \"activation\": \"linear\"", "g")
            .layer("Activation", "r", "\"activation\": \"relu\"", "d")
            .weight("d/kernel", new int[] {3, 2}, 1, 0, 1, 1, 0, -20);
    gives(bare, "r", 27.5f, 0);
  }

  @Test
  void theLayersTellSizeOutputsAndWhatTheyAre() throws IOException {
    TinyModel model =
        model()
            .layer("GlobalAveragePooling2D", "g", "", "in")
            .layer("Dense", "d", "\"use_bias\": false, \"activation\": \"linear\"", "g")
            .layer("Activation", "s", "\"activation\": \"softmax\"", "d")
            .weight("d/kernel", new int[] {3, 2}, 1, 0, 1, 1, 0, -20);
    OnnxNetwork network = KerasToOnnx.convert(model.keras("s"), Hints.NONE);
    assertEquals(2, network.height());
    assertEquals(2, network.width());
    assertEquals(2, network.outputs());
    assertEquals(Scores.PROBABILITIES, network.scores());
    assertEquals(Scores.LOGITS, KerasToOnnx.convert(model.keras("d"), Hints.NONE).scores());
    says(
        assertThrows(
            IOException.class, () -> KerasToOnnx.convert(model.keras("s"), Hints.of(2, 2, 3))),
        "the number of outputs is 2 in the file, expected 3");
  }

  @Test
  void whatTheLayersLeaveOpenIsAskedFor() throws IOException {
    TinyModel model =
        new TinyModel()
            .layer("InputLayer", "in", "\"batch_input_shape\": [null, null, 2, 3]")
            .layer("GlobalAveragePooling2D", "g", "", "in");
    says(
        assertThrows(IOException.class, () -> KerasToOnnx.convert(model.keras("g"), Hints.NONE)),
        "the input's height is not in the file; name it with --size");
    assertEquals(5, KerasToOnnx.convert(model.keras("g"), Hints.of(5, 2, 3)).height());
  }

  @Test
  void runsSeveralPicturesAtOnce() throws IOException {
    TinyModel model = model().layer("GlobalAveragePooling2D", "g", "", "in");
    OnnxNetwork network = KerasToOnnx.convert(model.keras("g"), Hints.of(2, 2, 3));
    float[] two = new float[24];
    System.arraycopy(PICTURE, 0, two, 0, 12);
    System.arraycopy(PICTURE, 0, two, 12, 12);
    two[12] = 5;
    float[] means = TinyModel.run(network.file(), 2, 2, two);
    assertArrayEquals(new float[] {2.5f, 25, 2, 3.5f, 25, 2}, means, 1e-5f);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    refused("layer x (Dropout3D): type", model().layer("Dropout3D", "x", "", "in"), "x");
    refused(
        "activation not known here: \"tanh\"",
        model().layer("Activation", "x", "\"activation\": \"tanh\"", "in"),
        "x");
    refused("layer y: used before it is there", model().layer("Flatten", "x", "", "y"), "x");
    refused("layer x: used before it is there", model(), "x");
    refused(
        "the input's height is 4 in the file, expected 2",
        new TinyModel().layer("InputLayer", "in", "\"batch_input_shape\": [null, 4, 2, 3]"),
        "in");
    refused(
        "expected pictures of height, width and 3 channels, found [null,2,2,1]",
        new TinyModel().layer("InputLayer", "in", "\"batch_input_shape\": [null, 2, 2, 1]"),
        "in");
    refused(
        "weight c/kernel: missing",
        model().layer("Conv2D", "c", CONV.formatted("valid", "false", "linear"), "in"),
        "c");
    refused(
        "data_format",
        model().layer("Flatten", "x", "\"data_format\": \"channels_first\"", "in"),
        "x");
  }
}
