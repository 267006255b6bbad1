package idunno.node.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import idunno.node.inference.Paint;
import idunno.node.inference.PictureSource;
import idunno.node.inference.UnfitModel;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import idunno.node.zoo.Picture;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizerTest {
  private static final int SIDE = 16;
  private static final int CHANNELS = 8;
  private static final int CLASSES = 5;
  private static final String CARD =
      """
      {"name": "small", "network": "small", "source": "made in a test", "licence": "Apache-2.0",
       "preprocessing": {"width": 16, "height": 16, "resize": "SQUASH", "resizeTo": 16,
         "channels": "RGB", "layout": "NCHW", "scale": 0.003921569,
         "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
       "output": {"classes": 5, "skip": 0, "scores": "LOGITS"}}
      """;

  @TempDir Path folder;

  private static Tensor random(SplittableRandom random, int... shape) {
    int count = IntStream.of(shape).reduce(1, (one, other) -> one * other);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return Tensor.of(shape, values);
  }

  /** Two convolutions, the mean of each channel, one fully connected layer. */
  private Path network(boolean withLayers) throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    OnnxGraph graph = new OnnxGraph("small");
    String last = graph.input(3, SIDE, SIDE);
    if (withLayers) {
      for (int i = 0; i < 2; i++) {
        String kernel =
            graph.constant("kernel" + i, random(random, CHANNELS, i == 0 ? 3 : CHANNELS, 3, 3));
        String bias = graph.constant("bias" + i, random(random, CHANNELS));
        String conv = graph.node("conv" + i, "Conv", List.of(last, kernel, bias));
        last = graph.node("relu" + i, "Relu", List.of(conv));
      }
    }
    String mean = graph.node("mean", "GlobalAveragePool", List.of(last));
    last = graph.node("flat", "Flatten", List.of(mean), OnnxGraph.whole("axis", 1));
    if (withLayers) {
      String weights = graph.constant("weights", random(random, CHANNELS, CLASSES));
      last = graph.node("scores", "Gemm", List.of(last, weights));
    }
    graph.output(last, withLayers ? CLASSES : 3);
    Path model = Files.createDirectories(folder.resolve("float" + withLayers));
    graph.write(model.resolve("model.onnx"));
    int classes = withLayers ? CLASSES : 3;
    Files.write(
        model.resolve("labels.txt"), IntStream.range(0, classes).mapToObj(c -> "c" + c).toList());
    Files.writeString(
        model.resolve("model.json"), CARD.replace("\"classes\": 5", "\"classes\": " + classes));
    return model;
  }

  private static List<PictureSource> colours(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PictureSource> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] file = Paint.png(random.nextInt(1 << 24), 20, 20);
      pictures.add(() -> file);
    }
    return pictures;
  }

  private Report quantize(Path from, String to, Settings settings) throws Exception {
    return Quantizer.quantize(
        from, folder.resolve(to), colours(24, 1), colours(60, 2), settings, (s, d, p) -> {});
  }

  @Test
  void layersAreComputedInWholeNumbersAndTheAnswersStay() throws Exception {
    Path exact = network(true);
    Report report = quantize(exact, "int8", Settings.USUAL);

    ModelProto made =
        ModelProto.parseFrom(Files.readAllBytes(folder.resolve("int8").resolve("model.onnx")));
    List<String> types = made.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
    assertTrue(
        types.contains("QuantizeLinear") && types.contains("DequantizeLinear"), types::toString);
    long whole =
        made.getGraph().getInitializerList().stream()
            .filter(tensor -> tensor.getDataType() == TensorProto.DataType.INT8.getNumber())
            .filter(tensor -> tensor.getDimsCount() == 4)
            .count();
    assertEquals(2, whole, "both kernels are of 8-bit whole numbers");
    assertEquals(60, report.agreement().pictures());
    assertTrue(report.agreement().share() >= 0.95, report::toString);
    assertTrue(report.agreement().meanScoreShift() < 0.02, report::toString);
    assertTrue(report.objection(0.95).isEmpty());
    assertTrue(report.objection(1.01).orElseThrow().contains("force"));
  }

  @Test
  void theNetworkDoesNotDependOnTheNumberOfThreads() throws Exception {
    Path exact = network(true);
    quantize(exact, "one", Settings.USUAL.withThreads(1));
    quantize(exact, "four", Settings.USUAL.withThreads(4));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("one/model.onnx")),
        Files.readAllBytes(folder.resolve("four/model.onnx")));
  }

  @Test
  void aNetworkWithoutLayersIsRefusedAndNothingIsLeft() throws Exception {
    Path exact = network(false);
    UnfitModel no = assertThrows(UnfitModel.class, () -> quantize(exact, "none", Settings.USUAL));
    assertTrue(no.reason().contains("no layer"), no::reason);
    assertFalse(Files.exists(folder.resolve("none")));
  }

  /** The real network on the zoo's photos: its answers stay, and it is a third of the size. */
  @Test
  void resnet50KeepsItsAnswers() throws Exception {
    Path cache = Zoo.defaultCache();
    Path exact = Zoo.prepare("resnet50", cache, Progress.none());
    List<PictureSource> photos = new ArrayList<>();
    for (Picture photo : Zoo.pictures(cache, Progress.none())) {
      byte[] file = Files.readAllBytes(photo.path());
      photos.add(() -> file);
    }
    Report report =
        Quantizer.quantize(
            exact, folder.resolve("resnet"), photos, photos, Settings.USUAL, (s, d, p) -> {});
    assertEquals(photos.size(), report.agreement().pictures());
    assertTrue(report.agreement().agreeing() >= photos.size() - 1, report::toString);
    assertTrue(report.agreement().meanScoreShift() < 0.05, report::toString);
    assertTrue(report.bytesAfter() < report.bytesBefore() * 0.33, report::toString);
    assertTrue(report.layersQuantised() >= 50, report::toString);
  }
}
