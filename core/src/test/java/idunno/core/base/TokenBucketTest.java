package idunno.core.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TokenBucketTest {
  private static long passed(TokenBucket bucket, long amount, long untilMs) {
    long passed = 0;
    for (long nowMs = 0; nowMs < untilMs; nowMs += 10) {
      while (bucket.isOpen(nowMs)) {
        bucket.take(amount, nowMs);
        passed += amount;
      }
    }
    return passed;
  }

  @Test
  void overSecondsExactlyTheRatePassesAndWhatHadGathered() {
    assertEquals(10_500.0, (double) passed(new TokenBucket(1_000, 500, 0), 10, 10_000), 30.0);
  }

  @Test
  void whatIsLargerThanTheBucketPassesAndIsPaidFor() {
    TokenBucket bucket = new TokenBucket(1_000, 10, 0);
    bucket.take(5_010, 0);
    assertFalse(bucket.isOpen(5_000));
    assertTrue(bucket.isOpen(5_001));
  }

  @Test
  void withoutARateEverythingPasses() {
    TokenBucket bucket = new TokenBucket(0, 0, 0);
    bucket.take(1_000_000, 5);
    assertTrue(bucket.isOpen(5));
  }

  @Test
  void aClockThatGoesBackBringsNothing() {
    TokenBucket bucket = new TokenBucket(1_000, 1_000, 10_000);
    bucket.take(1_500, 10_000);
    assertFalse(bucket.isOpen(0));
    assertFalse(bucket.isOpen(10_400));
    assertTrue(bucket.isOpen(10_600));
  }
}
