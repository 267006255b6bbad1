package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LatencyHistogramTest {
  private static final double[] SHARES = {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0};

  private static LatencyHistogram histogramOf(long[] micros) {
    LatencyHistogram histogram = new LatencyHistogram();
    Arrays.stream(micros).forEach(histogram::add);
    return histogram;
  }

  private static void checkQuantiles(long[] micros) {
    LatencyHistogram histogram = histogramOf(micros);
    long[] sorted = micros.clone();
    Arrays.sort(sorted);
    for (double share : SHARES) {
      long exact = sorted[(int) Math.ceil(share * sorted.length) - 1];
      assertEquals(
          (double) exact, histogram.quantileMicros(share), 0.016 * exact, "quantile " + share);
    }
  }

  @Test
  void quantilesAreWithinOnePointSixPercentOfTheExactOnes() {
    for (int seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      // From a microsecond to an hour, evenly over the doublings.
      checkQuantiles(
          LongStream.generate(() -> (long) Math.pow(2, 31.7 * random.nextDouble()))
              .limit(5_000)
              .toArray());
      // As real ones are: most around 30 ms, with a long tail.
      checkQuantiles(
          LongStream.generate(() -> (long) (30_000 * Math.exp(0.5 * random.nextGaussian())))
              .limit(1 + random.nextInt(5_000))
              .toArray());
    }
  }

  @Test
  void quantilesAreWithinOnePointSixPercentAtTheEdgesOfTheBuckets() {
    for (int shift = 0; shift < 62; shift++) {
      for (long micros : new long[] {(1L << shift) - 1, 1L << shift, (1L << shift) + 1}) {
        checkQuantiles(new long[] {micros});
      }
    }
  }

  @Test
  void meanAndDeviationAreExact() {
    Random random = new Random(7);
    long[] micros = random.longs(10_000, 0, 900_000).toArray();
    double mean = Arrays.stream(micros).average().orElseThrow();
    double variance =
        Arrays.stream(micros).mapToDouble(m -> (m - mean) * (m - mean)).average().orElseThrow();

    LatencyHistogram.Summary summary = histogramOf(micros).summary();

    assertEquals(10_000, summary.count());
    assertEquals(mean / 1e3, summary.meanMs(), 1e-6);
    assertEquals(Math.sqrt(variance) / 1e3, summary.deviationMs(), 1e-6);
  }

  @Test
  void histogramsOfPartsAddUpToTheHistogramOfAll() {
    Random random = new Random(3);
    long[] all = random.longs(9_000, 0, 1L << 40).toArray();
    LatencyHistogram sum = new LatencyHistogram();
    for (int part = 0; part < 9; part++) {
      sum.addAll(histogramOf(Arrays.copyOfRange(all, 1_000 * part, 1_000 * (part + 1))));
    }
    LatencyHistogram whole = histogramOf(all);

    assertEquals(whole.count(), sum.count());
    assertEquals(whole.toRecorded().buckets(), sum.toRecorded().buckets());
    assertEquals(whole.summary().meanMs(), sum.summary().meanMs(), 1e-3);
    assertEquals(whole.summary().deviationMs(), sum.summary().deviationMs(), 1e-3);
    assertEquals(whole.summary().p99Ms(), sum.summary().p99Ms());
  }

  @Test
  void aRecordedHistogramGoesOnWhereItWas() {
    LatencyHistogram histogram = histogramOf(new Random(5).longs(500, 0, 90_000).toArray());
    LatencyHistogram restored = LatencyHistogram.of(histogram.toRecorded());
    histogram.add(123);
    restored.add(123);

    assertEquals(histogram.toRecorded(), restored.toRecorded());
    assertEquals(histogram.summary(), restored.summary());
  }

  @Test
  void nothingMeasuredReadsZeroAndATimeBelowZeroCountsAsZero() {
    LatencyHistogram histogram = new LatencyHistogram();
    assertEquals(new LatencyHistogram.Summary(0, 0, 0, 0, 0, 0, 0), histogram.summary());

    histogram.add(-5);
    assertEquals(new LatencyHistogram.Summary(1, 0, 0, 0, 0, 0, 0), histogram.summary());
  }
}
