package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VersionNumbersTest {
  private static final FileName NAME = new FileName("notes/today.txt");

  private final VersionNumbers numbers = new VersionNumbers();

  @Test
  void aVacatedNameGoesOnWhereItWas() {
    assertEquals(1, numbers.next(NAME));
    assertEquals(2, numbers.next(NAME));
    numbers.vacate(NAME);
    assertEquals(2, numbers.last(NAME));
    assertEquals(3, numbers.next(NAME));
    assertEquals(1, numbers.next(new FileName("notes/tomorrow.txt")), "each name by itself");
  }

  @Test
  void noNumberIsUsedTwiceHoweverManyNamesComeAndGoAndMemoryIsBounded() {
    Map<FileName, Integer> last = new HashMap<>();
    int names = 2 * VersionNumbers.MAX_VACANT;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < names; i++) {
        FileName name = new FileName("logs/" + i);
        int number = numbers.next(name);
        assertTrue(number > last.getOrDefault(name, 0), name + " had " + number + " before");
        last.put(name, number);
        numbers.vacate(name);
      }
    }
    VersionNumbers.Recorded recorded = numbers.toRecorded();
    assertEquals(0, recorded.used().size());
    assertEquals(VersionNumbers.MAX_VACANT, recorded.vacant().size());
    assertTrue(recorded.floors().size() <= 1 << 16, "groups: " + recorded.floors().size());
    int fresh = numbers.next(new FileName("never/seen"));
    assertTrue(fresh <= 20, "a new name begins near 1, not at " + fresh);
  }

  @Test
  void whatIsRecordedGoesOnEqually() {
    for (int i = 0; i < VersionNumbers.MAX_VACANT + 100; i++) {
      numbers.next(new FileName("logs/" + i));
      numbers.vacate(new FileName("logs/" + i));
    }
    numbers.next(NAME);
    VersionNumbers restored = VersionNumbers.of(numbers.toRecorded());

    assertEquals(numbers.toRecorded(), restored.toRecorded());
    for (int i = 0; i < 200; i++) {
      FileName name = new FileName("logs/" + i);
      assertEquals(numbers.next(name), restored.next(name));
      numbers.vacate(name);
      restored.vacate(name);
    }
    assertEquals(numbers.toRecorded(), restored.toRecorded());
  }
}
