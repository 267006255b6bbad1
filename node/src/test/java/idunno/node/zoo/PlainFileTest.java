package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.ModelCard;
import idunno.node.codec.Codec;
import idunno.node.convert.tfjs.TinyModel;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A network that is a file of its own, in a user's catalogue, from wherever the user has it. It is
 * a TF.js network without weights, the only one that fits into one small file.
 */
@Timeout(60)
class PlainFileTest {
  private static final String NAME = "tiny-net.json";

  private byte[] body = {};

  @TempDir Path folder;

  @BeforeEach
  void makeANetwork() throws IOException {
    String json =
        new String(
            new TinyModel()
                .layer("InputLayer", "in", "\"batch_input_shape\": [null, 2, 2, 3]")
                .layer("GlobalAveragePooling2D", "g", "", "in")
                .files("layers-model", "g")
                .get("m/model.json"),
            StandardCharsets.UTF_8);
    body = json.replace("\"w1.bin\", \"w2.bin\"", "").getBytes(StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("names.txt"), "red\ngreen\nblue\n");
  }

  private Path catalogue(URI base) throws IOException {
    return catalogue(base, 2, "file:names.txt");
  }

  private Path catalogue(URI base, int side, String labels) throws IOException {
    return Files.writeString(
        folder.resolve("catalogue.json"),
        """
        {"files": [{"name": "%s", "url": "%sweights/%s", "bytes": %d, "sha256": "%s",
           "licence": "MIT"}],
         "models": [{"source": "%s", "labels": "%s", "card": {
           "name": "tiny", "network": "One mean", "source": "a test", "licence": "MIT",
           "preprocessing": {"width": 2, "height": %d, "resize": "SQUASH", "resizeTo": 0,
             "channels": "RGB", "layout": "NCHW", "scale": 1.0, "mean": [0.0, 0.0, 0.0],
             "std": [1.0, 1.0, 1.0]},
           "output": {"classes": 3, "skip": 0, "scores": "LOGITS"}}}]}
        """
            .formatted(
                NAME, base, NAME, body.length, Registry.sha256(body).text(), NAME, labels, side));
  }

  private Path prepare(Path catalogue, From from) throws IOException {
    return Zoo.prepare(
        Optional.of(catalogue), "tiny", folder.resolve("cache"), from, Progress.none());
  }

  private void isWhole(Path model) throws IOException {
    assertEquals(
        List.of("red", "green", "blue"), Files.readAllLines(model.resolve(ModelCard.LABELS_FILE)));
    float[] means = TinyModel.run(model.resolve(ModelCard.NETWORK_FILE), 2, 2, new float[12]);
    assertArrayEquals(new float[3], means);
  }

  @Test
  void isFetchedAndConverted() throws IOException {
    try (Registry server = Registry.of(body)) {
      Path model = prepare(catalogue(server.base()), From.origin());
      isWhole(model);
      assertEquals(List.of("/weights/" + NAME), server.paths);
      byte[] card = Files.readAllBytes(model.resolve(ModelCard.CARD_FILE));
      assertEquals(
          "a test; %sweights/%s, %s".formatted(server.base(), NAME, Registry.sha256(body)),
          Codec.json().decode(card, ModelCard.class).source());
    }
  }

  @Test
  void isTakenFromAFileOrAFolderWithoutANetwork() throws IOException {
    URI nowhere = URI.create("http://nowhere.invalid/");
    Path file = Files.write(folder.resolve("under-another-name"), body);
    isWhole(prepare(catalogue(nowhere), From.parse(file.toString())));
    Scratch.delete(folder.resolve("cache"));
    Path stick = Files.createDirectory(folder.resolve("stick"));
    IOException e =
        assertThrows(
            IOException.class, () -> prepare(catalogue(nowhere), From.parse(stick.toString())));
    says(e, "read " + stick + ": expected " + NAME + " in it (" + body.length + " bytes, sha256 ");
    Files.write(stick.resolve(NAME), body);
    isWhole(prepare(catalogue(nowhere), From.parse(stick.toString())));
    assertTrue(Files.exists(stick.resolve(NAME)));
  }

  @Test
  void isTakenFromAMirror() throws IOException {
    URI nowhere = URI.create("http://nowhere.invalid/");
    try (Registry mirror = Registry.of(body)) {
      isWhole(prepare(catalogue(nowhere), From.parse(mirror.base() + "shelf")));
      assertEquals(List.of("/shelf/" + NAME), mirror.paths);
    }
  }

  @Test
  void aWrongFileOfTheUsersIsRefusedAndLeftAlone() throws IOException {
    Path catalogue = catalogue(URI.create("http://nowhere.invalid/"));
    byte[] other = body.clone();
    other[0] ^= 1;
    Path wrong = Files.write(folder.resolve("wrong"), other);
    IOException e =
        assertThrows(IOException.class, () -> prepare(catalogue, new From.Local(wrong)));
    says(e, "expected " + Registry.sha256(body) + ", found " + Registry.sha256(other));
    Files.write(wrong, new byte[body.length + 1]);
    says(
        assertThrows(IOException.class, () -> prepare(catalogue, new From.Local(wrong))),
        "it has " + (body.length + 1) + " bytes, expected " + body.length);
    says(
        assertThrows(
            IOException.class, () -> prepare(catalogue, new From.Local(folder.resolve("no")))),
        "no such file; expected " + NAME);
    assertTrue(Files.exists(wrong));
    try (Stream<Path> files = Files.list(folder.resolve("cache/downloads"))) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void withoutANetworkTheErrorSaysWhatToFetchAndHowToBringIt() throws IOException {
    URI nowhere = URI.create("http://nowhere.invalid/");
    IOException e =
        assertThrows(IOException.class, () -> prepare(catalogue(nowhere), From.origin()));
    says(e, "fetch http://nowhere.invalid/weights/" + NAME);
    says(e, "(" + body.length + " bytes, " + Registry.sha256(body) + ") on another machine");
    says(e, "run: model pull tiny --from FILE");
  }

  @Test
  void aCardThatDoesNotDescribeItsNetworkIsRefused() throws IOException {
    try (Registry server = Registry.of(body)) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> prepare(catalogue(server.base(), 4, "file:names.txt"), From.origin()));
      says(e, "convert " + NAME + ": ");
      says(
          assertThrows(
              IOException.class,
              () -> prepare(catalogue(server.base(), 2, "imagenet"), From.origin())),
          "labels: imagenet has 1000, expected 3");
      says(
          assertThrows(
              IOException.class,
              () -> prepare(catalogue(server.base(), 2, "file:no.txt"), From.origin())),
          "labels: no such file");
    }
  }

  @Test
  void otherLabelsMakeAnotherFolder() throws IOException {
    try (Registry server = Registry.of(body)) {
      Path catalogue = catalogue(server.base());
      Path first = prepare(catalogue, From.origin());
      Files.writeString(folder.resolve("names.txt"), "rouge\nvert\nbleu\n");
      Path second = prepare(catalogue, From.origin());
      assertFalse(first.equals(second));
      assertEquals("rouge", Files.readAllLines(second.resolve(ModelCard.LABELS_FILE)).getFirst());
      assertEquals(1, server.requests.get());
    }
  }

  private Fetched fetch(URI from, Optional<Checksum> checksum, long mostBytes) throws IOException {
    return Zoo.fetch(from, checksum, mostBytes, folder.resolve("cache"), Progress.none());
  }

  @Test
  void anyFileOfTheWebIsFetchedAndItsChecksumFound() throws IOException {
    try (Registry server = Registry.of(body)) {
      Path file;
      try (Fetched fetched = fetch(server.base().resolve("x/net.onnx"), Optional.empty(), 9_999)) {
        file = fetched.file();
        assertEquals("net.onnx", String.valueOf(file.getFileName()));
        assertArrayEquals(body, Files.readAllBytes(file));
        assertEquals(body.length, fetched.bytes());
        assertEquals(Registry.sha256(body), fetched.sha256());
      }
      assertFalse(Files.exists(file));
      assertFalse(Files.exists(file.getParent()));
    }
  }

  @Test
  void anyFileOfTheWebIsHeldToItsChecksumAndItsBound() throws IOException {
    try (Registry server = Registry.of(body)) {
      Checksum right = Registry.sha256(body);
      Checksum wrong = Registry.sha256(new byte[1]);
      fetch(server.base(), Optional.of(right), body.length).close();
      says(
          assertThrows(
              IOException.class, () -> fetch(server.base(), Optional.of(wrong), body.length)),
          "wrong checksum, nothing kept (expected " + wrong + ", found " + right);
      says(
          assertThrows(
              IOException.class, () -> fetch(server.base(), Optional.empty(), body.length - 1)),
          "the server's file has %d bytes, expected at most %d"
              .formatted(body.length, body.length - 1));
      URI secret = URI.create("http://me:secret@" + server.base().getAuthority() + "/");
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> fetch(secret, Optional.empty(), body.length));
      assertFalse(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("secret"));
    }
  }

  @Test
  void aFileWithoutAChecksumIsGoneOnWithOnlyWhereTheServerTellsVersionsApart() throws IOException {
    for (String tag : List.of("\"v1\"", "W/\"v1\"")) {
      Arrivals arrivals = new Arrivals();
      try (Registry server = Registry.cutting(body, tag, 1, 100, arrivals)) {
        Download download =
            new Download(new Download.Patience(20_000, 20_000, 2, 1), ProxySelector.of(null));
        Zoo.fetch(
                download, server.base(), Optional.empty(), 9_999, folder.resolve("cache"), arrivals)
            .close();
        String second = tag.startsWith("W/") ? "" : "bytes=100-";
        assertEquals(List.of("", second), server.headers("Range"));
      }
    }
  }
}
