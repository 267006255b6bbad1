package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class CountsTest {
  @Test
  void itCountsAsAMapDoes() {
    for (int seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      int different = 1 + random.nextInt(200);
      Counts counts = new Counts();
      Counts others = new Counts();
      NavigableMap<Integer, Long> map = new TreeMap<>();
      for (int i = 0; i < 1_000; i++) {
        int number = random.nextInt(different);
        long more = random.nextLong(1, 6);
        (random.nextBoolean() ? counts : others).add(number, more);
        map.merge(number, more, Long::sum);
      }
      counts.addAll(others);

      assertEquals(map, counts.toMap(), "seed " + seed);
      assertEquals(map.size(), counts.size(), "seed " + seed);
      for (int place = 0; place < counts.size(); place++) {
        int number = List.copyOf(map.keySet()).get(place);
        assertEquals(number, counts.number(place), "seed " + seed);
        assertEquals(map.get(number), counts.times(place), "seed " + seed);
      }
    }
  }
}
