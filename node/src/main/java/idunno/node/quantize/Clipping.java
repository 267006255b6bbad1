package idunno.node.quantize;

import java.util.function.ToDoubleFunction;

/**
 * How much of what an activation was seen to be its grid covers: a wide grid is coarse for all
 * values, a narrow one cuts off the rare large ones.
 */
public enum Clipping {
  /** All of it. */
  NONE {
    @Override
    Range choose(Histogram seen) {
      return seen.range();
    }
  },

  /**
   * All but one value in 100,000 at either end (<a href="https://arxiv.org/abs/2004.09602">Wu et
   * al. 2020</a>, section 5).
   */
  PERCENTILE {
    @Override
    Range choose(Histogram seen) {
      long spare = seen.total() / 100_000;
      Range whole = seen.range();
      int bottom = seen.bin(whole.low());
      int top = seen.bin(whole.high());
      long below = 0;
      while (bottom < Histogram.HALF && below + seen.count(bottom) <= spare) {
        below += seen.count(bottom++);
      }
      long above = 0;
      while (top >= Histogram.HALF && above + seen.count(top) <= spare) {
        above += seen.count(top--);
      }
      return new Range(
          Math.clamp(seen.start(bottom), whole.low(), 0),
          Math.clamp(seen.start(top + 1), 0, whole.high()));
    }
  },

  /**
   * The range whose grid gives the least squared error (<a
   * href="https://arxiv.org/abs/2106.08295">Nagel et al. 2021</a>, section 3.1).
   */
  SQUARED_ERROR {
    @Override
    Range choose(Histogram seen) {
      return best(seen, range -> squaredError(seen, range));
    }
  },

  /**
   * The range that loses the least information: the distribution within it, with what is cut off
   * piled up at its ends, and the same in 255 steps, have the least Kullback-Leibler divergence
   * (Migacz, "8-bit Inference with TensorRT", GTC 2017).
   */
  DIVERGENCE {
    @Override
    Range choose(Histogram seen) {
      return best(seen, range -> divergence(seen, range));
    }
  };

  /** The range seen is tried in steps of one part in so many. */
  private static final int TRIALS = 100;

  /** A range narrower than this many parts of the one seen is not tried. */
  private static final int LEAST_TRIAL = 10;

  /** The range that a grid should cover. */
  abstract Range choose(Histogram seen);

  /** Both ends are drawn in together first, and then each alone. */
  private static Range best(Histogram seen, ToDoubleFunction<Range> loss) {
    Range whole = seen.range();
    Range best = whole;
    double least = loss.applyAsDouble(whole);
    for (int side = 0; side < 3; side++) {
      Range start = best;
      for (int part = LEAST_TRIAL; part < TRIALS; part++) {
        double share = (double) part / TRIALS;
        Range trial =
            new Range(
                start.low() * (side == 1 ? 1 : share), start.high() * (side == 2 ? 1 : share));
        double found = trial.equals(start) ? least : loss.applyAsDouble(trial);
        if (found < least) {
          least = found;
          best = trial;
        }
      }
    }
    return best;
  }

  private static double squaredError(Histogram seen, Range range) {
    Grid grid = Grid.of(range);
    double sum = 0;
    Range whole = seen.range();
    for (int bin = seen.bin(whole.low()); bin <= seen.bin(whole.high()); bin++) {
      long count = seen.count(bin);
      if (count > 0) {
        double value = seen.middle(bin);
        double error = value - grid.nearest(value);
        sum += count * error * error;
      }
    }
    return sum;
  }

  /** Zeros are left out: every grid has them. */
  private static double divergence(Histogram seen, Range range) {
    int first = seen.bin(range.low());
    int last = seen.bin(range.high());
    int bins = last - first + 1;
    double[] kept = new double[bins];
    double[] clipped = new double[bins];
    Range whole = seen.range();
    double all = 0;
    for (int bin = seen.bin(whole.low()); bin <= seen.bin(whole.high()); bin++) {
      clipped[Math.clamp(bin, first, last) - first] += seen.count(bin);
      all += seen.count(bin);
    }
    double within = 0;
    double[] steps = new double[Grid.STEPS + 1];
    int[] filled = new int[Grid.STEPS + 1];
    Grid grid = Grid.of(range);
    int[] stepOf = new int[bins];
    for (int i = 0; i < bins; i++) {
      kept[i] = seen.count(first + i);
      within += kept[i];
      double q = Math.rint(seen.middle(first + i) / grid.scale()) + grid.zeroPoint();
      stepOf[i] = (int) Math.clamp(q, 0, Grid.STEPS);
      if (kept[i] > 0) {
        steps[stepOf[i]] += kept[i];
        filled[stepOf[i]]++;
      }
    }
    if (within == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    for (int i = 0; i < bins; i++) {
      if (clipped[i] > 0) {
        // An end that is empty but for what was cut off has no counterpart: the least likely one.
        double q = kept[i] > 0 ? steps[stepOf[i]] / filled[stepOf[i]] / within : 1 / all / 1e3;
        double p = clipped[i] / all;
        sum += p * Math.log(p / q);
      }
    }
    return sum;
  }
}
