package idunno.node.quantize;

/**
 * The 256 values that an activation can have: {@code scale * (q - zeroPoint)} for q from 0 to 255.
 * Zero is one of them, so that padding and the zeros of a ReLU cost nothing (<a
 * href="https://arxiv.org/abs/1712.05877">Jacob et al. 2018</a>, section 2.1).
 *
 * @param scale the distance of two neighbours, above 0
 * @param zeroPoint the q that stands for 0, 0 to 255
 */
record Grid(float scale, int zeroPoint) {
  /** The steps from the first value to the last. */
  static final int STEPS = 255;

  /** The grid that covers a range. */
  static Grid of(Range range) {
    double width = range.high() - range.low();
    float scale = (float) (width / STEPS);
    if (!(scale >= Float.MIN_NORMAL)) {
      return new Grid(1, 0); // nothing but zeros was seen
    }
    return new Grid(scale, (int) Math.rint(-range.low() / width * STEPS));
  }

  /** The value of the grid that is nearest to another. */
  double nearest(double value) {
    double q = Math.rint(value / scale) + zeroPoint;
    return scale * (Math.clamp(q, 0, STEPS) - zeroPoint);
  }
}
