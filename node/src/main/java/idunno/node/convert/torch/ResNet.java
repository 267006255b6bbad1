package idunno.node.convert.torch;

import idunno.node.convert.torch.Layer.Convolution;
import idunno.node.convert.torch.Layer.Dense;
import idunno.node.convert.torch.Layer.MaxPool;
import idunno.node.convert.torch.Layer.MeanPool;
import idunno.node.convert.torch.Layer.Relu;
import idunno.node.convert.torch.Layer.Sum;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual networks (<a href="https://arxiv.org/abs/1512.03385">He et al., 2015</a>): four
 * stages of blocks, each block added to its own input. Those of 50 and more layers have a
 * bottleneck in each block, whose 3 x 3 convolution makes the stride, as torchvision does and the
 * paper does not.
 */
final class ResNet {
  private ResNet() {}

  static List<Architecture> all() {
    return List.of(
        resNet(18, false, 2, 2, 2, 2),
        resNet(34, false, 3, 4, 6, 3),
        resNet(50, true, 3, 4, 6, 3),
        resNet(101, true, 3, 4, 23, 3),
        resNet(152, true, 3, 8, 36, 3));
  }

  private static Architecture resNet(int depth, boolean bottlenecks, int... blocks) {
    List<Layer> layers = new ArrayList<>();
    layers.add(convolution("conv1", "bn1", 3, 64, 7, 2));
    layers.add(new Relu());
    layers.add(new MaxPool(3, 2, 1));
    int in = 64;
    for (int stage = 0; stage < blocks.length; stage++) {
      int width = 64 << stage;
      int out = bottlenecks ? 4 * width : width;
      for (int block = 0; block < blocks[stage]; block++) {
        String name = "layer" + (stage + 1) + "." + block;
        int stride = stage > 0 && block == 0 ? 2 : 1;
        List<Layer> residual =
            bottlenecks ? bottleneck(name, in, width, out, stride) : basic(name, in, out, stride);
        List<Layer> shortcut =
            stride == 1 && in == out
                ? List.of()
                : List.of(
                    convolution(
                        name + ".downsample.0", name + ".downsample.1", in, out, 1, stride));
        layers.add(new Sum(residual, shortcut));
        layers.add(new Relu());
        in = out;
      }
    }
    layers.add(new MeanPool(1));
    layers.add(new Dense("fc", in));
    return new Architecture("resnet" + depth, "ResNet-" + depth, layers);
  }

  private static List<Layer> basic(String block, int in, int out, int stride) {
    return List.of(
        convolution(block + ".conv1", block + ".bn1", in, out, 3, stride),
        new Relu(),
        convolution(block + ".conv2", block + ".bn2", out, out, 3, 1));
  }

  private static List<Layer> bottleneck(String block, int in, int width, int out, int stride) {
    return List.of(
        convolution(block + ".conv1", block + ".bn1", in, width, 1, 1),
        new Relu(),
        convolution(block + ".conv2", block + ".bn2", width, width, 3, stride),
        new Relu(),
        convolution(block + ".conv3", block + ".bn3", width, out, 1, 1));
  }

  private static Convolution convolution(
      String name, String norm, int in, int out, int kernel, int stride) {
    return new Convolution(name, norm, in, out, kernel, stride, kernel / 2, 1, false);
  }
}
