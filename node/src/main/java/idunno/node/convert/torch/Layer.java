package idunno.node.convert.torch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step of a network, from one block of channels x height x width to the next. */
sealed interface Layer {
  /**
   * A convolution with the same kernel, stride and padding both ways, and the normalisation of its
   * channels right behind it.
   *
   * @param name the tensors are {@code NAME.weight} and, where there is one, {@code NAME.bias}
   * @param norm the tensors are {@code NORM.weight}, {@code bias}, {@code running_mean} and {@code
   *     running_var}; null for none
   * @param in how many channels come in
   * @param out how many go out
   * @param kernel the kernel's side
   * @param stride how many positions it moves on
   * @param padding how many zeros go around its input
   * @param groups into how many parts the channels are divided, each of which sees only itself
   * @param bias whether there is a bias
   */
  record Convolution(
      String name,
      @Nullable String norm,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      int groups,
      boolean bias)
      implements Layer {}

  /** Negative numbers become 0. */
  record Relu() implements Layer {}

  /** Negative numbers become 0, and those above 6 become 6. */
  record Relu6() implements Layer {}

  /** The largest of each square of {@code kernel x kernel} numbers. */
  record MaxPool(int kernel, int stride, int padding) implements Layer {}

  /**
   * Means over parts of the plane, so that {@code side x side} remain, whatever came in: the part
   * {@code i} of {@code n} goes from {@code floor(i * length / n)} to {@code ceil((i + 1) * length
   * / n)}.
   */
  record MeanPool(int side) implements Layer {}

  /**
   * The sum of what two ways make of the same; no layers at all are the way that changes nothing.
   */
  record Sum(List<Layer> one, List<Layer> other) implements Layer {}

  /**
   * A layer in which each output depends on all inputs. How many outputs there are, its tensors
   * say.
   *
   * @param name the tensors are {@code NAME.weight} and {@code NAME.bias}
   * @param in how many numbers come in; {@link #AS_BEFORE} for as many as the dense layer before
   *     has outputs
   */
  record Dense(String name, int in) implements Layer {
    static final int AS_BEFORE = -1;
  }
}
