package idunno.node.convert.torch;

import idunno.node.convert.torch.Layer.Convolution;
import idunno.node.convert.torch.Layer.Dense;
import idunno.node.convert.torch.Layer.MaxPool;
import idunno.node.convert.torch.Layer.MeanPool;
import idunno.node.convert.torch.Layer.Relu;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The VGG networks (<a href="https://arxiv.org/abs/1409.1556">Simonyan and Zisserman, 2014</a>):
 * five stages of 3 x 3 convolutions, of which the four numbers of layers differ in each, with and
 * without batch normalisation.
 */
final class Vgg {
  private static final List<Integer> CHANNELS = List.of(64, 128, 256, 512, 512);

  private Vgg() {}

  static List<Architecture> all() {
    List<Architecture> all = new ArrayList<>();
    for (boolean norms : new boolean[] {false, true}) {
      all.add(vgg(11, norms, 1, 1, 2, 2, 2));
      all.add(vgg(13, norms, 2, 2, 2, 2, 2));
      all.add(vgg(16, norms, 2, 2, 3, 3, 3));
      all.add(vgg(19, norms, 2, 2, 4, 4, 4));
    }
    return all;
  }

  private static Architecture vgg(int depth, boolean norms, int... convolutions) {
    List<Layer> layers = new ArrayList<>();
    // PyTorch counts what has no weights too.
    int index = 0;
    int in = 3;
    for (int stage = 0; stage < convolutions.length; stage++) {
      int out = CHANNELS.get(stage);
      for (int i = 0; i < convolutions[stage]; i++) {
        String name = "features." + index++;
        @Nullable String norm = norms ? "features." + index++ : null;
        layers.add(new Convolution(name, norm, in, out, 3, 1, 1, 1, true));
        layers.add(new Relu());
        index++;
        in = out;
      }
      layers.add(new MaxPool(2, 2, 0));
      index++;
    }
    layers.add(new MeanPool(7));
    layers.add(new Dense("classifier.0", in * 7 * 7));
    layers.add(new Relu());
    layers.add(new Dense("classifier.3", Dense.AS_BEFORE));
    layers.add(new Relu());
    layers.add(new Dense("classifier.6", Dense.AS_BEFORE));
    return norms
        ? new Architecture(
            "vgg" + depth + "_bn", "VGG-" + depth + " with batch normalisation", layers)
        : new Architecture("vgg" + depth, "VGG-" + depth, layers);
  }
}
