package idunno.node.convert.tflite;

import java.io.IOException;
import java.util.List;

/**
 * How kernels lie on one side of a picture. With the padding that TensorFlow calls SAME there are
 * as many as strides begin in the side, and what is missing is added on both ends, the odd pixel
 * behind (<a href="https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2">notes on
 * padding</a>).
 *
 * @param before pixels added in front
 * @param after pixels added behind
 * @param count how many kernels there are: the result's side
 */
record Window(int before, int after, int count) {
  private static final int MOST = 4096;

  /**
   * Lays kernels.
   *
   * @param side the picture's side
   * @param dilation the distance between a kernel's pixels
   * @throws IOException if there is no room for one
   */
  static Window over(int side, int kernel, int stride, int dilation, boolean same)
      throws IOException {
    for (int number : List.of(kernel, stride, dilation)) {
      if (number < 1 || number > MOST) {
        throw new IOException(
            "expected a kernel, stride and dilation of 1 to %d, found %d".formatted(MOST, number));
      }
    }
    int reach = (kernel - 1) * dilation + 1;
    if (same) {
      int count = Math.ceilDiv(side, stride);
      int missing = Math.max((count - 1) * stride + reach - side, 0);
      return new Window(missing / 2, missing - missing / 2, count);
    }
    if (reach > side) {
      throw new IOException("a kernel of %d pixels on a side of %d".formatted(reach, side));
    }
    return new Window(0, 0, (side - reach) / stride + 1);
  }

  /** ONNX's list: in front of all sides, then behind them. */
  static List<Long> pads(Window rows, Window columns) {
    return List.of(
        (long) rows.before, (long) columns.before, (long) rows.after, (long) columns.after);
  }
}
