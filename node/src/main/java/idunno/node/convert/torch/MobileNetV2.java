package idunno.node.convert.torch;

import idunno.node.convert.torch.Layer.Convolution;
import idunno.node.convert.torch.Layer.Dense;
import idunno.node.convert.torch.Layer.MeanPool;
import idunno.node.convert.torch.Layer.Relu6;
import idunno.node.convert.torch.Layer.Sum;
import java.util.ArrayList;
import java.util.List;

/**
 * MobileNet-v2 of width 1 (<a href="https://arxiv.org/abs/1801.04381">Sandler et al., 2018</a>):
 * blocks that widen, filter each channel by itself, and narrow again without bending.
 */
final class MobileNetV2 {
  /** Of several blocks: how much each widens, its channels, how many there are, their stride. */
  private record Stage(int widening, int channels, int blocks, int stride) {}

  /** Table 2 of the paper. */
  private static final List<Stage> STAGES =
      List.of(
          new Stage(1, 16, 1, 1),
          new Stage(6, 24, 2, 2),
          new Stage(6, 32, 3, 2),
          new Stage(6, 64, 4, 2),
          new Stage(6, 96, 3, 1),
          new Stage(6, 160, 3, 2),
          new Stage(6, 320, 1, 1));

  private static final int LAST = 1280;

  private MobileNetV2() {}

  static List<Architecture> all() {
    List<Layer> layers = new ArrayList<>();
    int in = 32;
    int index = 0;
    layers.add(convolution("features." + index++, 0, 3, in, 3, 2, 1));
    layers.add(new Relu6());
    for (Stage stage : STAGES) {
      for (int block = 0; block < stage.blocks(); block++) {
        int stride = block == 0 ? stage.stride() : 1;
        List<Layer> body = block("features." + index++ + ".conv", in, stage, stride);
        if (stride == 1 && in == stage.channels()) {
          layers.add(new Sum(body, List.of()));
        } else {
          layers.addAll(body);
        }
        in = stage.channels();
      }
    }
    layers.add(convolution("features." + index, 0, in, LAST, 1, 1, 1));
    layers.add(new Relu6());
    layers.add(new MeanPool(1));
    layers.add(new Dense("classifier.1", LAST));
    return List.of(new Architecture("mobilenet_v2", "MobileNet-v2", layers));
  }

  private static List<Layer> block(String name, int in, Stage stage, int stride) {
    List<Layer> layers = new ArrayList<>();
    int wide = in * stage.widening();
    int part = 0;
    if (stage.widening() > 1) {
      layers.add(convolution(name + "." + part++, 0, in, wide, 1, 1, 1));
      layers.add(new Relu6());
    }
    layers.add(convolution(name + "." + part++, 0, wide, wide, 3, stride, wide));
    layers.add(new Relu6());
    layers.add(convolution(name, part, wide, stage.channels(), 1, 1, 1));
    return layers;
  }

  /** A convolution at a place in a list, and its normalisation at the next. */
  private static Convolution convolution(
      String list, int place, int in, int out, int kernel, int stride, int groups) {
    return new Convolution(
        list + "." + place,
        list + "." + (place + 1),
        in,
        out,
        kernel,
        stride,
        kernel / 2,
        groups,
        false);
  }
}
