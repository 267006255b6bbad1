package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class CutTest {
  private static final JobSpec SPEC =
      new JobSpec(
          new JobId(1),
          new ModelKey(new ModelName("resnet50"), 1),
          new FileName("photos"),
          new Range(10, 32),
          5,
          1,
          0);

  @Test
  void queriesAreTheNumbersThatTheyWereMadeOf() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      TreeSet<Long> numbers = new TreeSet<>();
      for (int i = 0; i <= random.nextInt(30); i++) {
        numbers.add((long) random.nextInt(40));
      }
      Queries queries = Queries.of(numbers);
      List<Long> all = List.copyOf(numbers);
      assertEquals(all, queries.numbers().boxed().toList());
      assertEquals(all.size(), queries.size());
      assertEquals(new Range(all.getFirst(), all.getLast()), queries.span());
      for (long number = 0; number < 41; number++) {
        assertEquals(numbers.contains(number), queries.has(number), number + " of " + queries);
      }
      int from = random.nextInt(all.size());
      int to = Math.min(all.size(), from + 1 + random.nextInt(6));
      assertEquals(
          all.subList(from, to), queries.slice(from, to - from).numbers().boxed().toList());
    }
  }

  @Test
  void rangesThatTouchOrAreOutOfOrderAreNoQueries() {
    assertThrows(IllegalArgumentException.class, () -> new Queries(List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Queries(List.of(new Range(0, 1), new Range(2, 3))));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Queries(List.of(new Range(5, 6), new Range(0, 1))));
  }

  @Test
  void whatIsRunAgainHasBatchNumbersBehindAllThatWereUsed() {
    Cut once = new Cut(SPEC, List.of());
    assertEquals(5, once.batches());
    assertEquals(0, once.firstOpen());
    assertEquals("30..32", once.queriesOf(4).toString());

    Queries failed = Queries.of(List.of(11L, 12L, 13L, 17L, 20L, 30L, 31L));
    Cut twice = once.and(new Round(once.batches(), failed, 7, 1));
    assertEquals(7, twice.batches());
    assertEquals(5, twice.firstOpen());
    assertEquals(List.of(5, 5, 5, 5, 3, 5, 2), sizes(twice));
    assertEquals("11..13,17..17,20..20", twice.queriesOf(5).toString());
    assertEquals("30..31", twice.queriesOf(6).toString());
    assertEquals("30..32", twice.queriesOf(4).toString(), "history keeps its numbers");

    Cut thrice = twice.and(new Round(twice.batches(), Queries.of(List.of(17L)), 1, 2));
    assertEquals(8, thrice.batches());
    assertEquals(7, thrice.firstOpen());
    assertEquals(new Range(17, 17), thrice.spanOf(7));
    assertEquals(new Range(11, 20), thrice.spanOf(5));
  }

  private static List<Integer> sizes(Cut cut) {
    List<Integer> sizes = new ArrayList<>();
    for (int batch = 0; batch < cut.batches(); batch++) {
      sizes.add(cut.sizeOf(batch));
      assertEquals(cut.queriesOf(batch).size(), cut.sizeOf(batch));
    }
    return sizes;
  }

  @Test
  void aQueryIsFoundAmongManyRunsAndNotBetweenThem() {
    List<Long> odd = new ArrayList<>();
    for (long number = 1; number < 2_000; number += 2) {
      odd.add(number);
    }
    Queries queries = Queries.of(odd);
    assertTrue(queries.has(1_999));
    assertFalse(queries.has(1_998));
    assertFalse(queries.has(0));
  }
}
