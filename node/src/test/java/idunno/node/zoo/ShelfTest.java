package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.codec.Codec;
import idunno.node.convert.tfjs.TinyModel;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way from a registry to a finished folder, with a network of one layer. */
@Timeout(60)
class ShelfTest {
  private static final String LABELS =
      "{\"0\": \"red_deer, stag\", \"1\": \"fern\", \"2\": \"sea\"}";

  @TempDir Path cache;

  private static ModelCard card() {
    Preprocessing preprocessing =
        new Preprocessing(
            2,
            2,
            Preprocessing.Resize.SHORTER_SIDE,
            2,
            Preprocessing.Channels.RGB,
            Preprocessing.Layout.NCHW,
            1 / 255f,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f));
    return new ModelCard(
        "tiny",
        "One mean",
        "a test",
        "MIT",
        preprocessing,
        new ModelCard.Output(3, 0, ModelCard.Scores.LOGITS));
  }

  private static byte[] tarball() throws IOException {
    return tarball("1.0.0");
  }

  private static byte[] tarball(String version) throws IOException {
    return tarball(version, "layers-model");
  }

  private static byte[] tarball(String version, String format) throws IOException {
    TarWriter tar =
        new TarWriter()
            .file("m/version", version)
            .file("m/labels.json", LABELS)
            .file("m/red.jpg", "a picture");
    new TinyModel()
        .layer("InputLayer", "in", "\"batch_input_shape\": [null, 2, 2, 3]")
        .layer("GlobalAveragePooling2D", "g", "", "in")
        .files(format, "g")
        .forEach(tar::file);
    return tar.tgz();
  }

  private Shelf shelf(Registry registry, byte[] tarball, String labels) {
    Catalogue catalogue =
        new Catalogue(
            registry.base(),
            Optional.empty(),
            List.of(Registry.source(tarball)),
            List.of(
                new Catalogue.Network(
                    "tiny",
                    Optional.of("m/model.json"),
                    Optional.empty(),
                    labels,
                    Optional.empty(),
                    card(),
                    Optional.empty())),
            List.of(new Catalogue.Photo("red.jpg", "tiny", "m/red.jpg", List.of("red deer"))));
    Download download =
        new Download(new Download.Patience(20_000, 20_000, 1, 1), ProxySelector.of(null));
    return new Shelf(catalogue, download, cache, Progress.none());
  }

  private Shelf shelf(Registry registry, byte[] tarball) {
    return shelf(registry, tarball, "m/labels.json");
  }

  private List<Path> in(String folder) throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve(folder))) {
      return files.filter(file -> !file.toString().endsWith(".lock")).toList();
    }
  }

  @Test
  void makesAModelThatRunsWithItsLabelsAndItsCard() throws IOException {
    byte[] tarball = tarball();
    try (Registry registry = Registry.of(tarball)) {
      Path model = shelf(registry, tarball).model("tiny", From.origin());
      assertEquals(
          List.of("red deer", "fern", "sea"),
          Files.readAllLines(model.resolve(ModelCard.LABELS_FILE)));
      byte[] json = Files.readAllBytes(model.resolve(ModelCard.CARD_FILE));
      ModelCard written = Codec.json().decode(json, ModelCard.class);
      assertEquals(
          "a test; %stiny/-/tiny-1.0.0.tgz, sha512 %s"
              .formatted(registry.base(), Registry.sha512(tarball)),
          written.source());
      assertEquals(card().preprocessing(), written.preprocessing());
      assertEquals(card().output(), written.output());
      float[] means =
          TinyModel.run(
              model.resolve(ModelCard.NETWORK_FILE), 2, 2, 1, 2, 3, 4, 8, 0, 0, 0, 1, 1, 1, 1);
      assertArrayEquals(new float[] {2.5f, 2, 1}, means, 1e-6f);
      assertEquals(List.of(model), in("models"));
    }
  }

  @Test
  void asksTheRegistryOnce() throws IOException {
    byte[] tarball = tarball();
    try (Registry registry = Registry.of(tarball)) {
      Path first = shelf(registry, tarball).model("tiny", From.origin());
      assertEquals(first, shelf(registry, tarball).model("tiny", From.origin()));
      shelf(registry, tarball).pictures();
      assertEquals(1, registry.requests.get());
    }
  }

  @Test
  void anotherTarballMakesAnotherFolder() throws IOException {
    byte[] tarball = tarball();
    Path first;
    try (Registry registry = Registry.of(tarball)) {
      first = shelf(registry, tarball).model("tiny", From.origin());
    }
    byte[] newer = tarball("1.0.1");
    try (Registry registry = Registry.of(newer)) {
      assertNotEquals(first, shelf(registry, newer).model("tiny", From.origin()));
      assertEquals(2, in("models").size());
    }
  }

  @Test
  void givesThePicturesWithWhatTheyShow() throws IOException {
    byte[] tarball = tarball();
    try (Registry registry = Registry.of(tarball)) {
      List<Picture> pictures = shelf(registry, tarball).pictures();
      assertEquals(1, pictures.size());
      assertEquals("red.jpg", pictures.getFirst().name());
      assertEquals(List.of("red deer"), pictures.getFirst().expected());
      assertEquals(
          "a picture", Files.readString(pictures.getFirst().path(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void makesAFolderAgainWhenAFileWasTakenOutOfIt() throws IOException {
    byte[] tarball = tarball();
    try (Registry registry = Registry.of(tarball)) {
      Path model = shelf(registry, tarball).model("tiny", From.origin());
      Files.delete(model.resolve(ModelCard.LABELS_FILE));
      assertEquals(model, shelf(registry, tarball).model("tiny", From.origin()));
      assertEquals(3, Files.readAllLines(model.resolve(ModelCard.LABELS_FILE)).size());
      assertEquals(List.of(model), in("models"));
    }
  }

  @Test
  void severalAtOnceEndWithTheSameFolder() throws Exception {
    byte[] tarball = tarball();
    try (Registry registry = Registry.of(tarball);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Path>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> shelf(registry, tarball).model("tiny", From.origin())));
      }
      Path model = all.getFirst().get();
      for (Future<Path> each : all) {
        assertEquals(model, each.get());
      }
      assertEquals(List.of(model), in("models"));
      assertEquals(List.of(cache.resolve("downloads/tiny-1.0.0.tgz")), in("downloads"));
    }
  }

  @Test
  void leavesNothingBehindWhenATarballIsWrong() throws IOException {
    byte[] tarball = tarball();
    byte[] other = tarball.clone();
    other[20] ^= 1;
    try (Registry registry = Registry.of(other)) {
      Shelf shelf = shelf(registry, tarball);
      says(
          assertThrows(IOException.class, () -> shelf.model("tiny", From.origin())),
          "wrong checksum");
      assertThrows(IOException.class, shelf::pictures);
      assertEquals(List.of(), in("models"));
      assertEquals(List.of(), in("pictures"));
      assertEquals(List.of(), in("downloads"));
    }
  }

  @Test
  void leavesNothingBehindWhenAConversionFails() throws IOException {
    byte[] tarball = tarball("1.0.0", "origami-model");
    try (Registry registry = Registry.of(tarball)) {
      Shelf graph = shelf(registry, tarball, "m/labels.json");
      says(
          assertThrows(IOException.class, () -> graph.model("tiny", From.origin())),
          "convert tiny-1.0.0.tgz: convert model.json: expected format layers-model or"
              + " graph-model");
      Shelf unlabelled = shelf(registry, tarball, "m/none");
      assertThrows(IOException.class, () -> unlabelled.model("tiny", From.origin()));
      assertEquals(List.of(), in("models"));
    }
  }

  @Test
  void refusesLabelsThatDoNotFitTheNetwork() throws IOException {
    assertEquals(List.of("a"), labels("{\"0\": \" a , b\"}", 1));
    byte[] text = "background\na\n b \n".getBytes(StandardCharsets.UTF_8);
    assertEquals(List.of("a", "b"), Labels.lines(text, 2, 1));
    assertEquals(List.of("background", "a", "b"), Labels.lines(text, 3, 0));
    says(
        assertThrows(IOException.class, () -> Labels.lines(text, 4, 1)),
        "labels: expected 4, found 3");
    for (String wrong :
        List.of(
            "{}",
            "[]",
            "x",
            "{\"1\": \"a\"}",
            "{\"0\": 5}",
            "{\"0\": \" ,a\"}",
            "{\"0\": \"a\\nb\"}")) {
      says(assertThrows(IOException.class, () -> labels(wrong, 1)), "labels: ");
    }
  }

  private static List<String> labels(String json, int classes) throws IOException {
    return Labels.json(json.getBytes(StandardCharsets.UTF_8), classes);
  }

  @Test
  void makesTheCacheFolderWhereItIsMissing() throws IOException {
    byte[] tarball = tarball();
    try (Registry registry = Registry.of(tarball)) {
      cache = cache.resolve("not/there/yet");
      assertFalse(Files.exists(cache));
      assertEquals(1, shelf(registry, tarball).pictures().size());
    }
  }
}
