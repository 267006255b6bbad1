package idunno.node.inference;

/**
 * One direction of an antialiased bilinear resize: which input pixels make each output pixel, and
 * with which weights.
 *
 * <p>The filter is a triangle of half-width 1 output pixel (never below 1 input pixel), cut at the
 * picture's edge and scaled to a sum of 1. Weights are whole numbers in units of 2^-22, and an
 * output value is rounded to 8 bits after each direction: this is the arithmetic of PIL's resize
 * (libImaging, Resample.c), so the values are the same to the last bit.
 */
final class ResizeTaps {
  /** How many bits of a weight are behind the point. */
  static final int FRACTION_BITS = 22;

  /** One half, in the units of a weight times a value: start a sum with it to round to nearest. */
  static final int HALF = 1 << (FRACTION_BITS - 1);

  private final int[] first;
  private final int[] count;
  private final int[] weights;
  private final int stride;

  private ResizeTaps(int[] first, int[] count, int[] weights, int stride) {
    this.first = first;
    this.count = count;
    this.weights = weights;
    this.stride = stride;
  }

  /**
   * The taps of a run of output pixels.
   *
   * @param in the input's length in pixels
   * @param out the whole output's length in pixels; may be far beyond what is wanted of it
   * @param from the first wanted output pixel
   * @param wanted how many are wanted
   */
  static ResizeTaps of(int in, long out, long from, int wanted) {
    double scale = (double) in / out;
    double support = Math.max(scale, 1.0);
    int stride = (int) Math.ceil(support) * 2 + 1;
    int[] first = new int[wanted];
    int[] count = new int[wanted];
    int[] weights = new int[Math.multiplyExact(wanted, stride)];
    double[] exact = new double[stride];
    for (int i = 0; i < wanted; i++) {
      double centre = (from + i + 0.5) * scale;
      int start = Math.max(0, (int) (centre - support + 0.5));
      int taps = Math.min(in, (int) (centre + support + 0.5)) - start;
      double sum = 0;
      for (int t = 0; t < taps; t++) {
        exact[t] = triangle((t + start - centre + 0.5) * (1.0 / support));
        sum += exact[t];
      }
      int used = 0;
      for (int t = 0; t < taps; t++) {
        int weight = (int) (0.5 + exact[t] / sum * (1 << FRACTION_BITS));
        weights[i * stride + t] = weight;
        used = weight == 0 ? used : t + 1;
      }
      first[i] = start;
      count[i] = used; // trailing taps of no weight cost time and change nothing
    }
    return new ResizeTaps(first, count, weights, stride);
  }

  private static double triangle(double x) {
    return Math.max(0.0, 1.0 - Math.abs(x));
  }

  /**
   * The first input pixel of an output pixel, both counted from 0, the latter from the first
   * wanted.
   */
  int first(int output) {
    return first[output];
  }

  /** How many input pixels make an output pixel. */
  int count(int output) {
    return count[output];
  }

  /** The weight of an output pixel's tap, in units of 2^-{@link #FRACTION_BITS}. */
  int weight(int output, int tap) {
    return weights[output * stride + tap];
  }

  /** The most input pixels that any output pixel is made of. */
  int most() {
    return stride;
  }

  /**
   * Resizes one row of interleaved RGB.
   *
   * @param rgb the pixels
   * @param at the index of the row's first byte
   * @param row where the wanted pixels' values go, 0 to 255, interleaved
   */
  void resizeRow(byte[] rgb, int at, int[] row) {
    int[] weights = this.weights;
    int o = 0;
    for (int x = 0; x < first.length; x++) {
      int p = at + 3 * first[x];
      int w = x * stride;
      int end = w + count[x];
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      for (; w < end; w++, p += 3) {
        int weight = weights[w];
        red += (rgb[p] & 0xFF) * weight;
        green += (rgb[p + 1] & 0xFF) * weight;
        blue += (rgb[p + 2] & 0xFF) * weight;
      }
      row[o++] = red >>> FRACTION_BITS;
      row[o++] = green >>> FRACTION_BITS;
      row[o++] = blue >>> FRACTION_BITS;
    }
  }
}
