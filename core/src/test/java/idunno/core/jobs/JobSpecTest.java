package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JobSpecTest {
  private static JobSpec spec(Range range, int batchSize, int weight) {
    return new JobSpec(
        new JobId(7),
        new ModelKey(new ModelName("m"), 1),
        new FileName("photos"),
        range,
        batchSize,
        weight,
        0);
  }

  private static void checkThatBatchesTile(Range range, int batchSize) {
    JobSpec spec = spec(range, batchSize, 1);
    long next = range.start();
    for (int batch = 0; batch < spec.batches(); batch++) {
      Range queries = spec.queriesOf(batch);
      assertEquals(next, queries.start(), "batch " + batch + " of " + spec);
      assertEquals(queries.size(), spec.sizeOf(batch));
      assertTrue(
          queries.size() == batchSize
              || (batch == spec.batches() - 1 && queries.size() < batchSize),
          () -> "only the last batch may be smaller: " + queries + " of " + spec);
      next = queries.end() + 1;
    }
    assertEquals(range.end() + 1, next, "the last batch ends where the range does: " + spec);
  }

  @Test
  void batchesTileAnySmallRangeExactly() {
    for (int start = 0; start < 4; start++) {
      for (int size = 1; size <= 30; size++) {
        for (int batchSize = 1; batchSize <= 32; batchSize++) {
          checkThatBatchesTile(new Range(start, start + size - 1), batchSize);
        }
      }
    }
  }

  @Test
  void batchesTileLargeRangesExactly() {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      long start = random.nextLong(1L << 40);
      checkThatBatchesTile(
          new Range(start, start + random.nextInt(200_000)), 500 + random.nextInt(3_597));
    }
  }

  @Test
  void aBatchSizeOrWeightOutOfBoundsIsRefusedSayingWhatWasFound() {
    Range range = new Range(0, 9);
    for (int[] pair : new int[][] {{0, 1}, {-1, 1}, {1, 0}, {1, 1_001}}) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> spec(range, pair[0], pair[1]));
      assertTrue(
          String.valueOf(refused.getMessage()).endsWith("found " + pair[0] + " and " + pair[1]));
    }
    assertEquals(1_000, spec(range, 1, 1_000).weight());
  }

  @Test
  void theResultFileIsNamedByTheJob() {
    assertEquals(new FileName("results/job-7.jsonl"), spec(new Range(0, 0), 1, 1).resultFile());
  }
}
