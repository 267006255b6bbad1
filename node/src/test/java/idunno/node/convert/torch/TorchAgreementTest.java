package idunno.node.convert.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing;
import idunno.core.models.Preprocessing.Channels;
import idunno.core.models.Preprocessing.Layout;
import idunno.core.models.Preprocessing.Resize;
import idunno.node.convert.Converters;
import idunno.node.convert.Message;
import idunno.node.convert.tfjs.TinyModel;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import idunno.node.pictures.BrokenPicture;
import idunno.node.pictures.Picture;
import idunno.node.pictures.PictureDecoder;
import idunno.node.pictures.Preprocessor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Networks with the weights that PyTorch wrote give the logits that PyTorch gave, on 20 photos.
 *
 * <p>Differences are the largest of all, relative to the logits' spread: the standard deviation of
 * all of a network's logits on all pictures.
 */
@Timeout(600)
class TorchAgreementTest {
  private static final int SIDE = 224;
  private static final int FLOATS = 3 * SIDE * SIDE;

  /**
   * With random weights, the many channels that MobileNet-v2 filters by themselves bring out what
   * two decoders round differently, and hide the picture; with the same pixels it is as exact as
   * the others.
   */
  private static final String UNSTABLE = "mobilenet_v2";

  private static final List<String> PICTURES =
      List.of(
          "00-panda",
          "01-panda",
          "02-car",
          "03-car",
          "04-flamingo",
          "05-flamingo",
          "06-zebra",
          "07-zebra",
          "08-teapot",
          "09-teapot",
          "10-seashore",
          "11-seashore",
          "12-seashore",
          "13-cat",
          "14-coffee",
          "15-coffee",
          "16-swan",
          "17-swan",
          "18-duck",
          "19-fish");

  /** Pixels as PIL decodes them, and as this program does. */
  private static final float[] SAME_PIXELS = new float[PICTURES.size() * FLOATS];

  private static final float[] OWN_PIXELS = new float[PICTURES.size() * FLOATS];

  @TempDir private static Path folder;

  private static Preprocessing preprocessing(float scale, List<Float> mean, List<Float> std) {
    return new Preprocessing(
        SIDE, SIDE, Resize.SHORTER_SIDE, 256, Channels.RGB, Layout.NCHW, scale, mean, std);
  }

  @BeforeAll
  static void decode() throws IOException, BrokenPicture {
    Preprocessor torchvision =
        new Preprocessor(
            preprocessing(
                1 / 255f, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f)));
    for (int i = 0; i < PICTURES.size(); i++) {
      byte[] file = file(i);
      write(torchvision, jdkDecoded(file), SAME_PIXELS, i * FLOATS);
      write(torchvision, PictureDecoder.decode(file), OWN_PIXELS, i * FLOATS);
    }
  }

  @Test
  void the_JDKs_decoder_and_ours_after_it_give_the_very_pixels_of_PIL() throws Exception {
    Preprocessor plain =
        new Preprocessor(preprocessing(1, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)));
    List<String> found = new ArrayList<>();
    float[] planes = new float[FLOATS];
    for (int i = 0; i < PICTURES.size(); i++) {
      write(plain, jdkDecoded(file(i)), planes, 0);
      byte[] rgb = new byte[FLOATS];
      for (int at = 0; at < FLOATS; at++) {
        rgb[at] = (byte) (int) planes[at % 3 * SIDE * SIDE + at / 3];
      }
      found.add(sha256(rgb));
    }
    String expected = new String(Weights.bytes("pictures.sha256"), StandardCharsets.UTF_8);
    assertEquals(expected.lines().toList(), found);
  }

  @ParameterizedTest
  @CsvSource({
    "alexnet, zip, AlexNet, 1000",
    "alexnet, legacy, AlexNet, 1000",
    "alexnet, safetensors, AlexNet, 1000",
    "resnet18, zip, ResNet-18, 1000",
    "resnet18, legacy, ResNet-18, 1000",
    "resnet18, safetensors, ResNet-18, 1000",
    "resnet50, zip, ResNet-50, 10",
    "mobilenet_v2, safetensors, MobileNet-v2, 10",
    "vgg11_bn, zip, VGG-11 with batch normalisation, 10",
  })
  void logits_are_PyTorchs_within_1e_4_and_from_a_JPEG_on_within_1e_2(
      String network, String format, String family, int classes) throws IOException {
    Path weights = folder.resolve("weights");
    Path onnx = folder.resolve("model.onnx");
    try {
      Weights.write(network + "." + format, weights);
      OnnxNetwork read = Converters.read(weights, Hints.NONE);
      assertEquals(family, read.family());
      assertEquals(
          List.of(SIDE, SIDE, classes), List.of(read.height(), read.width(), read.outputs()));
      read.file().write(onnx);
      Files.delete(weights);
      float[] expected = logits(network + ".logits", PICTURES.size() * classes);
      double same = difference(expected, run(onnx, SAME_PIXELS));
      assertTrue(same < 1e-4, "same pixels: " + same);
      if (!network.equals(UNSTABLE)) {
        double own = difference(expected, run(onnx, OWN_PIXELS));
        assertTrue(own < 1e-2, "from the JPEG: " + own);
      }
    } finally {
      Files.deleteIfExists(weights);
      Files.deleteIfExists(onnx);
    }
  }

  @Test
  void other_sizes_are_pooled_as_PyTorch_does_or_refused() throws IOException {
    Path weights = folder.resolve("odd");
    Path onnx = folder.resolve("odd.onnx");
    Weights.write("vgg11_bn.zip", weights);
    Hints hints = Hints.of(250, 190, 10).withArchitecture("VGG11-BN");
    Converters.read(weights, hints).file().write(onnx);
    float[] pixels = Weights.values("odd", 1, 3, 250, 190);
    float[] expected = logits("vgg11_bn.odd.logits", 10);
    double difference = difference(expected, TinyModel.run(onnx, 250, 190, pixels));
    assertTrue(difference < 1e-4, "odd sides: " + difference);
    Message.says(
        assertThrows(IOException.class, () -> Converters.read(weights, Hints.of(250, 190, 11))),
        "expected 11 outputs, found 10: the last layer has as many");
    Message.says(
        assertThrows(IOException.class, () -> Converters.read(weights, Hints.of(31, 31, 10))),
        "the input is too small: at layer maxpool there are 1 x 1 pixels left");
  }

  /** The largest difference, relative to the spread. */
  private static double difference(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    double mean = 0;
    for (float value : expected) {
      mean += value / (double) expected.length;
    }
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += (expected[i] - mean) * (expected[i] - mean);
      largest = Math.max(largest, Math.abs(expected[i] - (double) found[i]));
    }
    return largest / Math.sqrt(squares / expected.length);
  }

  private static float[] run(Path onnx, float[] pixels) {
    return TinyModel.run(onnx, SIDE, SIDE, pixels);
  }

  private static float[] logits(String resource, int count) {
    float[] logits = new float[count];
    ByteBuffer bytes = ByteBuffer.wrap(Weights.bytes(resource));
    assertEquals(Float.BYTES * logits.length, bytes.remaining());
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(logits);
    return logits;
  }

  private static byte[] file(int picture) {
    return Weights.bytes("pictures/" + PICTURES.get(picture) + ".jpg");
  }

  /** The JDK and PIL decode JPEG with the same arithmetic, libjpeg's. */
  private static Picture jdkDecoded(byte[] jpeg) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
    byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int pixel = image.getRGB(x, y);
        rgb[at++] = (byte) (pixel >> 16);
        rgb[at++] = (byte) (pixel >> 8);
        rgb[at++] = (byte) pixel;
      }
    }
    return new Picture(image.getWidth(), image.getHeight(), rgb);
  }

  private static void write(Preprocessor preprocessor, Picture picture, float[] into, int offset) {
    FloatBuffer buffer = FloatBuffer.allocate(FLOATS);
    preprocessor.write(picture, preprocessor.scratch(), buffer, 0);
    buffer.get(0, into, offset, FLOATS);
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
