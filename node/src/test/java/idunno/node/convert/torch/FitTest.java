package idunno.node.convert.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.node.convert.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The architectures against the tensors that torchvision's have; see torch_reference.py. */
class FitTest {
  private final Map<String, Map<String, StoredTensor>> networks = torchvision();

  private static Map<String, Map<String, StoredTensor>> torchvision() {
    Map<String, Map<String, StoredTensor>> networks = new LinkedHashMap<>();
    try (GZIPInputStream in = new GZIPInputStream(Weights.resource("shapes.gz"))) {
      for (String network :
          new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().split("\n\n", -1)) {
        List<String> lines = network.lines().toList();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
          String[] words = line.split(" ", -1);
          List<Long> sides = new ArrayList<>();
          for (int i = 1; i < words.length; i++) {
            sides.add(Long.valueOf(words[i]));
          }
          tensors.put(words[0], tensor(sides));
        }
        networks.put(lines.getFirst(), StateDict.of(tensors, () -> {}).tensors());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return networks;
  }

  private static StoredTensor tensor(List<Long> sides) throws IOException {
    return tensor(ElementType.FLOAT32, sides);
  }

  private static StoredTensor tensor(ElementType type, List<Long> sides) throws IOException {
    long numbers = 1;
    for (long side : sides) {
      numbers *= side;
    }
    return StoredTensor.whole(new Storage(type, numbers, (from, into) -> {}), sides);
  }

  @Test
  void each_of_torchvisions_networks_is_told_by_its_tensors() throws IOException {
    assertEquals(15, networks.size());
    assertEquals(Architecture.ALL.size(), networks.size());
    for (Map.Entry<String, Map<String, StoredTensor>> network : networks.entrySet()) {
      Architecture known = Fit.choose(network.getValue(), Optional.empty());
      assertEquals(network.getKey(), known.name());
      assertSame(known, Fit.choose(network.getValue(), Optional.of(known.name())));
      long exact =
          Architecture.ALL.stream()
              .filter(other -> Fit.of(other, network.getValue()).isExact())
              .count();
      assertEquals(1, exact, network.getKey());
    }
    assertEquals("vgg16_bn", Fit.choose(of("vgg16_bn"), Optional.of("VGG-16 BN")).name());
  }

  @Test
  void a_name_that_the_tensors_contradict_is_refused_with_what_differs() {
    IOException refusal = refusal(of("resnet18"), Optional.of("resnet34"));
    Message.says(
        refusal, "the tensors are not those of resnet34, but of resnet18: missing layer1.2.");
    Message.says(refusal, "more; none unexpected; none of another type or shape");
    Message.says(
        refusal(of("resnet18"), Optional.of("lenet")),
        "architecture lenet is not known here; known are alexnet, vgg11, ");
  }

  @Test
  void tensors_that_fit_nothing_are_compared_with_the_nearest() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(of("resnet50"));
    tensors.remove("bn1.weight");
    tensors.put("extra\u001b[31m", tensor(List.of(1L)));
    tensors.put("conv1.weight", tensor(List.of(64L, 1L, 7L, 7L)));
    tensors.put("bn1.bias", tensor(ElementType.INT64, List.of(64L)));
    IOException refusal = refusal(tensors, Optional.empty());
    Message.says(
        refusal, "nearest is resnet50: missing bn1.weight; unexpected extra?[31m; of another");
    Message.says(
        refusal,
        "conv1.weight (expected real numbers [64, 3, 7, 7], found FLOAT32[64, 1, 7, 7]), bn1.bias"
            + " (expected real numbers [64], found INT64[64])");
  }

  @Test
  void dense_layers_must_follow_from_one_another() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(of("alexnet"));
    tensors.put("classifier.4.weight", tensor(List.of(100L, 4096L)));
    tensors.put("classifier.4.bias", tensor(List.of(100L)));
    Message.says(
        refusal(tensors, Optional.empty()),
        "classifier.6.weight (expected real numbers [1000, 100], found FLOAT32[1000, 4096])");
    tensors.put("classifier.6.weight", tensor(List.of(1000L, 100L)));
    assertEquals("alexnet", Fit.choose(tensors, Optional.empty()).name());
    tensors.put("classifier.6.weight", tensor(List.of(0L, 100L)));
    tensors.put("classifier.6.bias", tensor(List.of(0L)));
    Message.says(refusal(tensors, Optional.empty()), "found FLOAT32[0, 100]");
  }

  private Map<String, StoredTensor> of(String network) {
    return Objects.requireNonNull(networks.get(network));
  }

  private static IOException refusal(Map<String, StoredTensor> tensors, Optional<String> hint) {
    return assertThrows(IOException.class, () -> Fit.choose(tensors, hint));
  }
}
