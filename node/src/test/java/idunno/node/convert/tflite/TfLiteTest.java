package idunno.node.convert.tflite;

import static idunno.node.convert.Message.says;
import static idunno.node.convert.tflite.FlatWriter.table;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.models.ModelCard.Scores;
import idunno.node.convert.tfjs.TinyModel;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every expected value is worked out by hand. Pictures are 2 x 2: red 1 to 4, green, blue. */
class TfLiteTest {
  private static final float[] PICTURE = {1, 2, 3, 4, 10, 20, 30, 40, 0, 0, 0, 8};
  private static final byte SAME = 0;
  private static final byte VALID = 1;
  private static final byte RELU = 1;
  private static final byte RELU6 = 3;

  @TempDir Path folder;

  private final TfLiteWriter network = new TfLiteWriter(1, 2, 2, 3);

  private OnnxNetwork read(Hints hints) throws IOException {
    return TfLite.read(Files.write(folder.resolve("n.tflite"), network.bytes()), hints);
  }

  private void gives(int output, float... expected) throws IOException {
    network.end(output);
    OnnxNetwork read = read(Hints.of(2, 2, expected.length));
    float[] twice = new float[24];
    System.arraycopy(PICTURE, 0, twice, 0, 12);
    System.arraycopy(PICTURE, 0, twice, 12, 12);
    float[] found = TinyModel.run(read.file(), 2, 2, twice);
    assertEquals(2 * expected.length, found.length);
    for (int i = 0; i < found.length; i++) {
      assertEquals(expected[i % expected.length], found[i], 1e-4f, "number " + i);
    }
  }

  /** All numbers of the value, in TFLite's order: all of a pixel, then the next pixel. */
  private void givesPixels(int value, float... expected) throws IOException {
    gives(reshape(value, 1, expected.length), expected);
  }

  private int reshape(int value, int... shape) {
    return network.op(22, table(0, shape), value);
  }

  private void refused(String because, int output) {
    network.end(output);
    says(assertThrows(IOException.class, () -> read(Hints.NONE)), because);
    network.undo();
  }

  private static Map<Integer, Object> conv(byte padding, int stride, byte activation) {
    return table(0, padding, 1, stride, 2, stride, 3, activation);
  }

  private static Map<Integer, Object> depthwise(byte padding, byte activation) {
    return table(0, padding, 1, 1, 2, 1, 3, 1, 4, activation);
  }

  private int mean(int value) {
    return network.op(40, table(), value, network.wholes(new int[] {2}, 1, 2));
  }

  @Test
  void theFileTellsSizeOutputsAndWhatTheyAre() throws IOException {
    int softmax = network.op(25, table(0, 1f), mean(0));
    network.end(softmax);
    OnnxNetwork read = read(Hints.NONE);
    assertEquals(2, read.height());
    assertEquals(2, read.width());
    assertEquals(3, read.outputs());
    assertEquals(Scores.PROBABILITIES, read.scores());
    network.end(network.op(6, table(), softmax));
    assertEquals(Scores.PROBABILITIES, read(Hints.NONE).scores());
    network.end(network.op(18, table(), softmax, network.floats(new int[0], 2)));
    assertEquals(Scores.LOGITS, read(Hints.NONE).scores());
    says(
        assertThrows(IOException.class, () -> read(Hints.of(2, 2, 4))),
        "the number of outputs is 3 in the file, expected 4");
    says(
        assertThrows(IOException.class, () -> read(Hints.of(2, 5, 3))),
        "the input's width is 2 in the file, expected 5");
  }

  @Test
  void anOpenSizeIsAskedFor() throws IOException {
    network.with(0, 7, new int[] {-1, -1, -1, 3}).end(mean(0));
    says(
        assertThrows(IOException.class, () -> read(Hints.NONE)),
        "the input's height is not in the file; name it with --size");
    assertEquals(7, read(Hints.of(7, 5, 3)).height());
  }

  @Test
  void convolutionMixesChannelsAddsItsBiasAndRunsItsActivation() throws IOException {
    // Red + green to the first channel, blue - red to the second.
    int kernel = network.floats(new int[] {2, 1, 1, 3}, 1, 1, 0, -1, 0, 1);
    int bias = network.floats(new int[] {2}, -20.5f, 0);
    givesPixels(
        network.op(3, conv(VALID, 1, (byte) 0), 0, kernel, bias),
        -9.5f,
        -1,
        1.5f,
        -2,
        12.5f,
        -3,
        23.5f,
        4);
    givesPixels(
        network.op(3, conv(VALID, 1, RELU), 0, kernel, bias), 0, 0, 1.5f, 0, 12.5f, 0, 23.5f, 4);
    givesPixels(network.op(3, conv(VALID, 1, RELU6), 0, kernel, bias), 0, 0, 1.5f, 0, 6, 0, 6, 4);
    givesPixels(network.op(3, conv(VALID, 1, (byte) 2), 0, kernel), 1, -1, 1, -1, 1, -1, 1, 1);
  }

  @Test
  void samePaddingPutsTheOddPixelBehind() throws IOException {
    // Over red, weights by place; the upper left 3 x 3 window has one pixel missing behind.
    float[] weights = new float[27];
    for (int i = 0; i < 9; i++) {
      weights[3 * i] = (float) Math.pow(2, i);
    }
    int kernel = network.floats(new int[] {1, 3, 3, 3}, weights);
    // Stride 2 over 2 pixels with 3 x 3: 1 missing, behind: 1 + 2 * 2 + 3 * 8 + 4 * 16.
    givesPixels(network.op(3, conv(SAME, 2, (byte) 0), 0, kernel), 93);
    // Stride 1: one missing on each end.
    givesPixels(
        network.op(3, conv(SAME, 1, (byte) 0), 0, kernel),
        1 * 16 + 2 * 32 + 3 * 128 + 4 * 256,
        1 * 8 + 2 * 16 + 3 * 64 + 4 * 128,
        1 * 2 + 2 * 4 + 3 * 16 + 4 * 32,
        1 + 2 * 2 + 3 * 8 + 4 * 16);
  }

  @Test
  void dilationSpreadsTheKernel() throws IOException {
    Map<Integer, Object> options = conv(SAME, 1, (byte) 0);
    options.put(4, 2);
    options.put(5, 1);
    // A row of 2 with a gap between: with padding before and behind, each pixel alone.
    int kernel = network.floats(new int[] {1, 1, 2, 3}, 1, 0, 0, 10, 0, 0);
    givesPixels(network.op(3, options, 0, kernel), 20, 1, 40, 3);
  }

  @Test
  void depthwiseConvolutionHasKernelsOfItsOwnPerChannel() throws IOException {
    int kernel = network.floats(new int[] {1, 1, 1, 6}, 1, 2, 3, 4, 5, 6);
    int bias = network.floats(new int[] {6}, 0, 0, 0, 0, 0, 1);
    Map<Integer, Object> options = depthwise(SAME, (byte) 0);
    options.put(3, 2);
    gives(mean(network.op(4, options, 0, kernel, bias)), 2.5f, 5, 75, 100, 10, 13);
    int single = network.floats(new int[] {1, 1, 1, 3}, 1, 1, -1);
    gives(mean(network.op(4, depthwise(VALID, RELU6), 0, single)), 2.5f, 6, 0);
  }

  @Test
  void poolingCountsOnlyRealPixels() throws IOException {
    Map<Integer, Object> pool = table(0, SAME, 1, 1, 2, 1, 3, 2, 4, 2, 5, (byte) 0);
    int red = network.floats(new int[] {1, 1, 1, 3}, 1, 0, 0);
    int mean = network.op(1, pool, network.op(3, conv(VALID, 1, (byte) 0), 0, red));
    givesPixels(mean, 2.5f, 3, 3.5f, 4);
    int most = network.op(17, pool, network.op(3, conv(VALID, 1, (byte) 0), 0, red));
    givesPixels(most, 4, 4, 4, 4);
    Map<Integer, Object> wide = table(0, VALID, 1, 2, 2, 1, 3, 2, 4, 1, 5, RELU6);
    givesPixels(network.op(17, wide, 0), 2, 6, 0, 4, 6, 6);
  }

  @Test
  void fullyConnectedTakesNumbersInTheFilesOrder() throws IOException {
    float[] weights = new float[24];
    weights[4] = 1; // Green of the second pixel.
    weights[12 + 9] = 100; // Red of the fourth.
    int weight = network.floats(new int[] {2, 12}, weights);
    int bias = network.floats(new int[] {2}, 0.5f, -500);
    gives(network.op(9, table(0, (byte) 0), 0, weight, bias), 20.5f, -100);
    gives(network.op(9, table(0, RELU), 0, weight, bias), 20.5f, 0);
    gives(network.op(9, table(0, (byte) 0), 0, weight), 20, 400);
  }

  @Test
  void aShapeIsGivenAndTakenInTheFilesOrder() throws IOException {
    givesPixels(0, 1, 10, 0, 2, 20, 0, 3, 30, 0, 4, 40, 8);
    int there = reshape(reshape(0, -1, 12), 1, 2, 2, 3);
    gives(mean(there), 2.5f, 25, 2);
    int listed = network.op(22, table(), 0, network.wholes(new int[] {2}, 1, -1));
    gives(listed, 1, 10, 0, 2, 20, 0, 3, 30, 0, 4, 40, 8);
    refused("a shape of [2, 6] for [2, 2, 3]", reshape(0, 2, 6));
    refused("a shape of [1, 5] for [2, 2, 3]", reshape(0, 1, 5));
  }

  @Test
  void squeezeTakesHeightAndWidthAway() throws IOException {
    Map<Integer, Object> keep = table(0, (byte) 1);
    int pixel = network.op(40, keep, 0, network.wholes(new int[] {2}, 1, 2));
    gives(network.op(43, table(0, new int[] {1, 2}), pixel), 2.5f, 25, 2);
    gives(network.op(43, table(), pixel), 2.5f, 25, 2);
    gives(pixel, 2.5f, 25, 2);
    refused("a side to be taken away", network.op(43, table(0, new int[] {1}), 0));
  }

  @Test
  void arithmeticTakesFlowsAndConstants() throws IOException {
    gives(mean(network.op(0, table(), 0, 0)), 5, 50, 4);
    gives(mean(network.op(18, table(), 0, network.floats(new int[] {3}, 1, 2, 3))), 2.5f, 50, 6);
    gives(mean(network.op(41, table(), network.floats(new int[0], 10), 0)), 7.5f, -15, 8);
    gives(mean(network.op(42, table(), 0, network.floats(new int[0], 2))), 1.25f, 12.5f, 1);
    // One number for each pixel: the lower left is taken.
    int lowerLeft = network.floats(new int[] {1, 2, 2, 1}, 0, 0, 4, 0);
    gives(mean(network.op(18, table(), 0, lowerLeft)), 3, 30, 0);
    int pixel = network.op(40, table(0, (byte) 1), 0, network.wholes(new int[] {2}, -3, -2));
    gives(mean(network.op(41, table(0, RELU), 0, pixel)), 0.5f, 5, 1.5f);
    refused(
        "(ADD): a constant of shape FLOAT32[4]",
        network.op(0, table(), 0, network.floats(new int[] {4}, 1, 2, 3, 4)));
  }

  @Test
  void concatenationWorksOnEverySide() throws IOException {
    gives(mean(network.op(2, table(0, 3), 0, 0)), 2.5f, 25, 2, 2.5f, 25, 2);
    gives(mean(network.op(2, table(0, -1, 1, RELU6), 0, 0)), 2.5f, 6, 1.5f, 2.5f, 6, 1.5f);
    givesPixels(
        network.op(2, table(0, 1), 0, 0),
        1,
        10,
        0,
        2,
        20,
        0,
        3,
        30,
        0,
        4,
        40,
        8,
        1,
        10,
        0,
        2,
        20,
        0,
        3,
        30,
        0,
        4,
        40,
        8);
    givesPixels(
        network.op(2, table(0, 2), 0, 0),
        1,
        10,
        0,
        2,
        20,
        0,
        1,
        10,
        0,
        2,
        20,
        0,
        3,
        30,
        0,
        4,
        40,
        8,
        3,
        30,
        0,
        4,
        40,
        8);
    gives(network.op(2, table(0, 1), mean(0), mean(0)), 2.5f, 25, 2, 2.5f, 25, 2);
  }

  @Test
  void paddingPutsRowsAndColumnsWhereTheFileSays() throws IOException {
    int amounts = network.wholes(new int[] {4, 2}, 0, 0, 1, 0, 0, 2, 0, 0);
    int padded = network.op(34, table(), 0, amounts);
    int red = network.floats(new int[] {1, 1, 1, 3}, 1, 0, 0);
    givesPixels(
        network.op(3, conv(VALID, 1, (byte) 0), padded, red), 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0);
    refused(
        "(PAD): a padding of",
        network.op(34, table(), 0, network.wholes(new int[] {4, 2}, 0, 0, 0, 0, 0, 0, 1, 0)));
  }

  @Test
  void activationsAsOperators() throws IOException {
    int shifted = network.op(0, table(), mean(0), network.floats(new int[] {3}, -3.5f, -25, 2));
    gives(shifted, -1, 0, 4);
    gives(network.op(19, table(), shifted), 0, 0, 4);
    gives(network.op(20, table(), shifted), -1, 0, 1);
    gives(network.op(21, table(), shifted), 0, 0, 4);
    gives(network.op(14, table(), shifted), 0.268941f, 0.5f, 0.982014f);
    gives(network.op(28, table(), shifted), -0.761594f, 0, 0.999329f);
    gives(network.op(117, table(), shifted), -1 / 3f, 0, 4);
    double e = Math.exp(-2) + 1 + Math.exp(8);
    gives(
        network.op(25, table(0, 2f), shifted),
        (float) (Math.exp(-2) / e),
        (float) (1 / e),
        (float) (Math.exp(8) / e));
  }

  @Test
  void aQuantisedConvolutionKeepsTheEndsOfItsResult() throws IOException {
    // Steps of 0.5 around 128: 130 is 1, 126 is -1. The bias has steps of its own.
    byte[] weights = {(byte) 130, (byte) 128, (byte) 128, (byte) 126, (byte) 128, (byte) 129};
    int kernel =
        network.tensor(
            "k",
            TfLiteWriter.UINT8,
            new int[] {2, 1, 1, 3},
            weights,
            2,
            new float[] {0.5f},
            3,
            new long[] {128});
    int bias =
        network.tensor(
            "b",
            TfLiteWriter.INT32,
            new int[] {2},
            TfLiteWriter.ints(4, -4),
            2,
            new float[] {0.25f});
    // The result can be 0 to 255 * 0.01: the ReLU is nowhere else.
    int result =
        network.tensor(
            "r",
            TfLiteWriter.UINT8,
            new int[0],
            new byte[0],
            2,
            new float[] {0.01f},
            3,
            new long[] {0});
    // Red + 1: 2, 3, 4, 5; and blue / 2 - red - 1: -2, -3, -4, -1.
    givesPixels(
        network.opTo(result, 3, conv(VALID, 1, (byte) 0), 0, kernel, bias),
        2,
        0,
        2.55f,
        0,
        2.55f,
        0,
        2.55f,
        0);
  }

  @Test
  void everyChannelMayHaveAScaleOfItsOwn() throws IOException {
    int kernel =
        network.tensor(
            "k",
            TfLiteWriter.INT8,
            new int[] {2, 1, 1, 3},
            new byte[] {2, 0, 0, 0, -4, 0},
            2,
            new float[] {0.5f, 0.25f},
            6,
            0);
    gives(mean(network.op(3, conv(VALID, 1, (byte) 0), 0, kernel)), 2.5f, -25);
    int last =
        network.tensor(
            "d",
            TfLiteWriter.INT8,
            new int[] {1, 1, 1, 3},
            new byte[] {2, 3, 4},
            2,
            new float[] {0.5f, 1, 2},
            3,
            new long[] {0, 1, 2},
            6,
            3);
    gives(mean(network.op(4, depthwise(VALID, (byte) 0), 0, last)), 2.5f, 50, 8);
  }

  @Test
  void weightsMayBeHalfFloatsBehindADequantize() throws IOException {
    byte[] halves = {0x00, 0x3c, 0x00, 0x40, 0x00, (byte) 0xc0};
    int half = network.tensor("h", TfLiteWriter.FLOAT16, new int[] {3}, halves);
    int whole = network.op(6, table(), half);
    gives(mean(network.op(18, table(), 0, whole)), 2.5f, 50, -4);
  }

  @Test
  void whatIsNotKnownIsNamedWithItsLayer() throws IOException {
    refused(
        "layer r1 (LOCAL_RESPONSE_NORMALIZATION): the operator: not known here",
        network.op(13, table(), 0));
    refused("layer r2 (custom operator TFLite_Detection)", network.custom("TFLite_Detection", 0));
    refused("(operator number 207)", network.op(207, table(), 0));
    network.end(0, 1);
  }

  @Test
  void networksOfOtherThanPicturesAreRefused() throws IOException {
    refused("expected an output of one row of numbers, found one of [2, 2, 3]", 0);
    network.end();
    says(
        assertThrows(IOException.class, () -> read(Hints.NONE)),
        "expected one output, found 0: []");
    network.end(0, 0);
    says(assertThrows(IOException.class, () -> read(Hints.NONE)), "found 2: [in, in]");
    TfLiteWriter grey = new TfLiteWriter(1, 28, 28, 1).end(0);
    Path file = Files.write(folder.resolve("grey"), grey.bytes());
    says(
        assertThrows(IOException.class, () -> TfLite.read(file, Hints.NONE)),
        "input in: expected 1 picture, height, width, 3 channels, found [1, 28, 28, 1]");
  }

  @Test
  void weightsThatDoNotFitAreRefusedWithTheirShapes() throws IOException {
    int kernel = network.floats(new int[] {1, 1, 1, 4}, 1, 2, 3, 4);
    refused(
        "a kernel of shape FLOAT32[1, 1, 1, 4] over [2, 2, 3]",
        network.op(3, conv(VALID, 1, (byte) 0), 0, kernel));
    int large = network.floats(new int[] {1, 3, 3, 3}, new float[27]);
    refused(
        "a kernel of 3 pixels on a side of 2", network.op(3, conv(VALID, 1, (byte) 0), 0, large));
    refused(
        "expected a kernel, stride and dilation of 1 to 4096, found 0",
        network.op(3, conv(VALID, 0, (byte) 0), 0, large));
    refused(
        "tensor k: [2, 1, 1, 3] of type FLOAT32 do not fit 4 bytes",
        network.op(
            3,
            conv(VALID, 1, (byte) 0),
            0,
            network.tensor("k", TfLiteWriter.FLOAT32, new int[] {2, 1, 1, 3}, new byte[4])));
    refused("input 1 that is no constant", network.op(3, conv(VALID, 1, (byte) 0), 0, 0));
  }

  @Test
  void anUnusedClampIsNotAdded() throws IOException {
    network.end(mean(network.op(21, table(), network.op(21, table(), 0))));
    Path file = folder.resolve("clamp.onnx");
    read(Hints.NONE).file().write(file);
    String onnx = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertFalse(onnx.contains("Clip_2"), "a second Clip of values that are in its range already");
    assertArrayEquals(new float[] {2.5f, 6, 1.5f}, TinyModel.run(file, 2, 2, PICTURE), 1e-5f);
  }
}
