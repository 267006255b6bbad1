package idunno.node.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static float[] values(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      // Of very unlike sizes, so that bins must double and merge again and again.
      values[i] = (float) ((random.nextDouble() - 0.3) * Math.pow(10, random.nextInt(6) - 3));
    }
    return values;
  }

  private static void assertSame(Histogram one, Histogram other) {
    assertEquals(one.range(), other.range());
    assertEquals(one.zeros(), other.zeros());
    for (int bin = 0; bin < 2 * Histogram.HALF; bin++) {
      assertEquals(one.count(bin), other.count(bin), "bin " + bin);
      assertEquals(one.start(bin), other.start(bin));
    }
  }

  @Test
  void neitherOrderNorSplitMatters() {
    float[] values = values(20_000, 5);
    Histogram atOnce = new Histogram();
    atOnce.add(FloatBuffer.wrap(values));
    Histogram first = new Histogram();
    Histogram second = new Histogram();
    for (int i = values.length - 1; i >= 0; i--) {
      (i % 3 == 0 ? first : second).add(FloatBuffer.wrap(values, i, 1));
    }
    second.add(first);
    assertSame(atOnce, second);
  }

  @Test
  void countsEachValueInTheBinThatHoldsIt() {
    Histogram seen = new Histogram();
    seen.add(FloatBuffer.wrap(new float[] {0, 0, 1.5f, -0.25f, 3}));
    assertEquals(2, seen.zeros());
    assertEquals(5, seen.total());
    for (double value : new double[] {1.5, -0.25, 3}) {
      int bin = seen.bin(value);
      assertEquals(1, seen.count(bin), "the bin of " + value);
      assertTrue(seen.start(bin) <= value && value <= seen.start(bin + 1), "the bin of " + value);
    }
    assertEquals(new Range(-0.25, 3), seen.range());
  }

  @Test
  void whatIsNoNumberIsRefused() {
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Histogram seen = new Histogram();
      FloatBuffer values = FloatBuffer.wrap(new float[] {1, odd});
      assertThrows(IllegalArgumentException.class, () -> seen.add(values));
    }
  }
}
