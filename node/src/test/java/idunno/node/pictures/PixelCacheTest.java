package idunno.node.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing.Alpha;
import idunno.core.models.Preprocessing.Filter;
import idunno.core.models.Preprocessing.Orientation;
import idunno.core.models.Preprocessing.Resize;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PixelCacheTest {
  private static final int LENGTH = 12;
  private static final PixelShape SMALL = shape(2);
  private static final PixelShape OTHER = shape(3);

  private final AtomicLong nowNanos = new AtomicLong();

  private static PixelShape shape(int resizeTo) {
    return new PixelShape(
        2, 2, Resize.SHORTER_SIDE, resizeTo, Filter.BILINEAR, Orientation.UPRIGHT, Alpha.DROPPED);
  }

  private PixelCache cache(int pictures) {
    return new PixelCache((long) pictures * LENGTH, nowNanos::get);
  }

  private static byte[] pixels(int value) {
    byte[] pixels = new byte[LENGTH];
    Arrays.fill(pixels, (byte) value);
    return pixels;
  }

  private static boolean has(PixelCache cache, int picture) {
    byte[] found = new byte[LENGTH];
    boolean has = cache.copy(picture, SMALL, found);
    if (has) {
      assertArrayEquals(pixels(picture), found, "picture " + picture);
    }
    return has;
  }

  @Test
  void what_was_kept_is_there_for_that_picture_in_that_shape_alone() {
    try (PixelCache cache = cache(4)) {
      cache.keep(1, SMALL, pixels(1));
      assertTrue(has(cache, 1));
      assertFalse(has(cache, 2));
      assertFalse(cache.copy(1, OTHER, new byte[LENGTH]));
      assertEquals(new PixelCache.Figures(1, LENGTH, 1, 2), cache.figures());
    }
  }

  @Test
  void it_never_takes_more_memory_than_its_limit_and_what_it_has_is_right() {
    try (PixelCache cache = cache(10)) {
      for (int picture = 0; picture < 100; picture++) {
        cache.keep(picture, SMALL, pixels(picture));
        assertTrue(cache.figures().bytes() <= 10 * LENGTH);
      }
      assertEquals(10, IntStream.range(0, 100).filter(picture -> has(cache, picture)).count());
      assertTrue(has(cache, 99), "the last one is there");
    }
  }

  @Test
  void a_dataset_that_does_not_fit_is_found_in_part_on_every_pass() {
    try (PixelCache cache = cache(50)) {
      int found = 0;
      for (int pass = 0; pass < 5; pass++) {
        for (int picture = 0; picture < 100; picture++) {
          nowNanos.addAndGet(1_000_000);
          if (has(cache, picture)) {
            found++;
          } else {
            cache.keep(picture, SMALL, pixels(picture));
          }
        }
      }
      // Giving up what was used longest ago would find nothing at all.
      assertTrue(found > 4 * 10, found + " of 400");
    }
  }

  @Test
  void what_nobody_has_used_for_a_while_goes_first() {
    try (PixelCache cache = cache(100)) {
      IntStream.range(0, 100).forEach(picture -> cache.keep(picture, SMALL, pixels(picture)));
      nowNanos.addAndGet(120_000_000_000L);
      IntStream.range(0, 50).forEach(picture -> has(cache, picture));
      IntStream.range(100, 125).forEach(picture -> cache.keep(picture, SMALL, pixels(picture)));

      long ofUsed = IntStream.range(0, 50).filter(picture -> has(cache, picture)).count();
      assertTrue(ofUsed >= 49, ofUsed + " of 50 that were used just now");
    }
  }

  @Test
  void a_limit_of_nothing_keeps_nothing_and_so_does_a_closed_one() {
    PixelCache cache = cache(0);
    cache.keep(1, SMALL, pixels(1));
    assertFalse(has(cache, 1));
    PixelCache closed = cache(4);
    closed.keep(1, SMALL, pixels(1));
    closed.close();
    closed.close();
    closed.keep(2, SMALL, pixels(2));
    assertFalse(has(closed, 1) || has(closed, 2));
  }
}
