package idunno.node.convert.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A network as torchvision defines it.
 *
 * @param name torchvision's name of it
 * @param family its name for people
 * @param layers what it does with a picture
 */
record Architecture(String name, String family, List<Layer> layers) {
  /** All that are known here. */
  static final List<Architecture> ALL =
      Stream.of(AlexNet.all(), Vgg.all(), ResNet.all(), MobileNetV2.all())
          .flatMap(List::stream)
          .toList();

  Architecture {
    layers = List.copyOf(layers);
  }

  /** Whether people may mean this one; {@code ResNet-18} is {@code resnet18}. */
  boolean isCalled(String hint) {
    return plain(hint).equals(plain(name));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** The names of all, for messages. */
  static String names() {
    return String.join(", ", ALL.stream().map(Architecture::name).toList());
  }

  /** All convolutions and dense layers, those inside of others too, in their order. */
  List<Layer> weighted() {
    List<Layer> all = new ArrayList<>();
    layers.forEach(layer -> collect(layer, all));
    return all;
  }

  private static void collect(Layer layer, List<Layer> into) {
    switch (layer) {
      case Layer.Convolution convolution -> into.add(convolution);
      case Layer.Dense dense -> into.add(dense);
      case Layer.Sum sum -> {
        sum.one().forEach(inner -> collect(inner, into));
        sum.other().forEach(inner -> collect(inner, into));
      }
      case Layer.Relu _, Layer.Relu6 _, Layer.MaxPool _, Layer.MeanPool _ -> {}
    }
  }
}
