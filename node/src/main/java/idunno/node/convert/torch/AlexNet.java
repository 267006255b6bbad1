package idunno.node.convert.torch;

import idunno.node.convert.torch.Layer.Convolution;
import idunno.node.convert.torch.Layer.Dense;
import idunno.node.convert.torch.Layer.MaxPool;
import idunno.node.convert.torch.Layer.MeanPool;
import idunno.node.convert.torch.Layer.Relu;
import java.util.List;

/**
 * AlexNet, in the form of <a href="https://arxiv.org/abs/1404.5997">One weird trick for
 * parallelizing convolutional neural networks</a> (Krizhevsky, 2014).
 */
final class AlexNet {
  private AlexNet() {}

  static List<Architecture> all() {
    return List.of(
        new Architecture(
            "alexnet",
            "AlexNet",
            List.of(
                convolution(0, 3, 64, 11, 4, 2),
                new Relu(),
                new MaxPool(3, 2, 0),
                convolution(3, 64, 192, 5, 1, 2),
                new Relu(),
                new MaxPool(3, 2, 0),
                convolution(6, 192, 384, 3, 1, 1),
                new Relu(),
                convolution(8, 384, 256, 3, 1, 1),
                new Relu(),
                convolution(10, 256, 256, 3, 1, 1),
                new Relu(),
                new MaxPool(3, 2, 0),
                new MeanPool(6),
                new Dense("classifier.1", 256 * 6 * 6),
                new Relu(),
                new Dense("classifier.4", Dense.AS_BEFORE),
                new Relu(),
                new Dense("classifier.6", Dense.AS_BEFORE))));
  }

  private static Convolution convolution(
      int index, int in, int out, int kernel, int stride, int padding) {
    return new Convolution("features." + index, null, in, out, kernel, stride, padding, 1, true);
  }
}
