package idunno.node.pictures;

import idunno.core.models.Preprocessing.Filter;

/**
 * One direction of a resize: which input pixels make each output pixel, and with which weights.
 *
 * <p>The filter's width is counted in output pixels, never below one input pixel; it is cut at the
 * picture's edge and scaled to a sum of 1. Weights are whole numbers in units of 2^-22, and an
 * output value is rounded to 8 bits after each direction: this is the arithmetic of PIL's resize
 * (libImaging, Resample.c and, for {@link Filter#NEAREST}, Geometry.c), so the values are the same
 * to the last bit.
 */
final class ResizeTaps {
  /** How many bits of a weight are behind the point. */
  static final int FRACTION_BITS = 22;

  /** One half, in the units of a weight times a value: start a sum with it to round to nearest. */
  static final int HALF = 1 << (FRACTION_BITS - 1);

  private static final long MOST_ADDED = 1 << 20;

  private final int[] first;
  private final int[] count;
  private final int[] weights;
  private final int stride;
  private final boolean overshoots;

  private ResizeTaps(Filter filter, int[] first, int[] count, int[] weights, int stride) {
    this.overshoots = filter == Filter.BICUBIC || filter == Filter.LANCZOS;
    this.first = first;
    this.count = count;
    this.weights = weights;
    this.stride = stride;
  }

  /**
   * The taps of a run of output pixels.
   *
   * @param filter which filter
   * @param in the input's length in pixels
   * @param out the whole output's length in pixels; may be far beyond what is wanted of it
   * @param from the first wanted output pixel
   * @param wanted how many are wanted
   */
  static ResizeTaps of(Filter filter, int in, long out, long from, int wanted) {
    return filter == Filter.NEAREST
        ? nearest(in, out, from, wanted)
        : averaging(filter, in, out, from, wanted);
  }

  private static ResizeTaps averaging(Filter filter, int in, long out, long from, int wanted) {
    double scale = (double) in / out;
    double filterScale = Math.max(scale, 1.0);
    double support = halfWidth(filter) * filterScale;
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
        exact[t] = height(filter, (t + start - centre + 0.5) * (1.0 / filterScale));
        sum += exact[t];
      }
      int used = 0;
      for (int t = 0; t < taps; t++) {
        double weight = exact[t] / sum * (1 << FRACTION_BITS);
        int rounded = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        weights[i * stride + t] = rounded;
        used = rounded == 0 ? used : t + 1;
      }
      first[i] = start;
      count[i] = used; // trailing taps of no weight cost time and change nothing
    }
    return new ResizeTaps(filter, first, count, weights, stride);
  }

  /**
   * One tap each. PIL adds the scale up from pixel to pixel, which at a tie differs from a product;
   * for outputs so long that the adding would take long, nobody has PIL's values to compare with.
   */
  private static ResizeTaps nearest(int in, long out, long from, int wanted) {
    double scale = (double) in / out;
    int[] first = new int[wanted];
    int[] count = new int[wanted];
    int[] weights = new int[wanted];
    double at = scale * 0.5;
    if (from > MOST_ADDED) {
      at += from * scale;
    } else {
      for (long i = 0; i < from; i++) {
        at += scale;
      }
    }
    for (int i = 0; i < wanted; i++) {
      first[i] = Math.min((int) at, in - 1);
      count[i] = 1;
      weights[i] = 1 << FRACTION_BITS;
      at += scale;
    }
    return new ResizeTaps(Filter.NEAREST, first, count, weights, 1);
  }

  /** How far a filter reaches to each side, in pixels. */
  private static double halfWidth(Filter filter) {
    return switch (filter) {
      case NEAREST -> 0.5;
      case BILINEAR -> 1;
      case BICUBIC -> 2;
      case LANCZOS -> 3;
    };
  }

  private static double height(Filter filter, double x) {
    double distance = Math.abs(x);
    return switch (filter) {
      case NEAREST -> distance < 0.5 ? 1 : 0;
      case BILINEAR -> Math.max(0.0, 1.0 - distance);
      case BICUBIC -> cubic(distance);
      case LANCZOS -> distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
    };
  }

  /**
   * Cubic convolution with a = -0.5 (Keys, "Cubic convolution interpolation for digital image
   * processing", 1981).
   */
  private static double cubic(double x) {
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }

  private static double sinc(double x) {
    double angle = x * Math.PI;
    return angle == 0 ? 1 : Math.sin(angle) / angle;
  }

  /**
   * Rounds sums of weighted values to 0 to 255: filters with negative weights overshoot. In loops
   * of their own, which the JIT makes into vector instructions.
   */
  void round(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] >>= FRACTION_BITS;
    }
    if (overshoots) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = Math.min(Math.max(sums[i], 0), 255);
      }
    }
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
      row[o++] = red;
      row[o++] = green;
      row[o++] = blue;
    }
    round(row);
  }
}
