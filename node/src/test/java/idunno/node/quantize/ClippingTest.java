package idunno.node.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClippingTest {
  private static Histogram gaussianWithAnOutlier() {
    Random random = new Random(3);
    float[] values = new float[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, (float) random.nextGaussian());
    }
    values[7] = 60;
    Histogram seen = new Histogram();
    seen.add(FloatBuffer.wrap(values));
    return seen;
  }

  private static double error(Histogram seen, Range range) {
    Grid grid = Grid.of(range);
    double sum = 0;
    for (int bin = 0; bin < 2 * Histogram.HALF; bin++) {
      if (seen.count(bin) > 0) {
        double middle = seen.middle(bin);
        sum += seen.count(bin) * Math.pow(grid.nearest(middle) - middle, 2);
      }
    }
    return sum;
  }

  @Test
  void aGridHasZeroAndRoundsToItsNearestValue() {
    Grid grid = Grid.of(new Range(-1, 4.1));
    assertEquals(0, grid.nearest(0));
    assertEquals(5.1f / 255, grid.scale());
    assertEquals(50, grid.zeroPoint(), "-1 is 50 steps of 0.02 below 0");
    assertEquals(4.1, grid.nearest(99), grid.scale());
    assertEquals(-1, grid.nearest(-99), grid.scale());
    assertEquals(1, grid.nearest(1), grid.scale() / 2);
  }

  @Test
  void nothingIsCutWhereNothingIsAskedFor() {
    assertEquals(new Range(0, 60), Clipping.NONE.choose(gaussianWithAnOutlier()));
  }

  @Test
  void oneLargeValueDoesNotMakeTheGridCoarseForAllOthers() {
    Histogram seen = gaussianWithAnOutlier();
    for (Clipping clipping : new Clipping[] {Clipping.PERCENTILE, Clipping.DIVERGENCE}) {
      Range chosen = clipping.choose(seen);
      assertTrue(chosen.high() < 10, clipping + " chose " + chosen);
      assertTrue(chosen.high() > 1, clipping + " chose " + chosen);
    }
  }

  @Test
  void theSquaredErrorIsNoLargerThanThatOfAnyOtherChoice() {
    Histogram seen = gaussianWithAnOutlier();
    double best = error(seen, Clipping.SQUARED_ERROR.choose(seen));
    for (Clipping other : Clipping.values()) {
      assertTrue(best <= error(seen, other.choose(seen)) * 1.001, "worse than " + other);
    }
  }
}
