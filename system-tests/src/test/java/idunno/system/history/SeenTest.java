package idunno.system.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenTest {
  private static final Seen.Place HERE = new Seen.Place(1, new BitSet(), Register.NEW);

  @Test
  void whoeverUsedMoreOfEachKindIsNothingNew() {
    Seen seen = new Seen();
    assertTrue(seen.isNew(HERE, List.of(1, 1)));
    assertFalse(seen.isNew(HERE, List.of(1, 1)));
    assertFalse(seen.isNew(HERE, List.of(2, 1)));
    assertTrue(seen.isNew(HERE, List.of(0, 2)));
    assertTrue(seen.isNew(HERE, List.of(2, 0)));
    assertEquals(3, seen.size());
  }

  @Test
  void whoeverUsedLessOfEachKindTakesThePlaceOfTheOthers() {
    Seen seen = new Seen();
    assertTrue(seen.isNew(HERE, List.of(1, 2)));
    assertTrue(seen.isNew(HERE, List.of(2, 1)));
    assertTrue(seen.isNew(HERE, List.of(1, 1)));
    assertEquals(1, seen.size());
    assertFalse(seen.isNew(HERE, List.of(1, 2)));
  }

  @Test
  void anotherStateIsAnotherPlace() {
    Seen seen = new Seen();
    assertTrue(seen.isNew(HERE, List.of(0)));
    assertTrue(seen.isNew(new Seen.Place(1, new BitSet(), Register.UNKNOWN), List.of(0)));
    assertTrue(seen.isNew(new Seen.Place(2, new BitSet(), Register.NEW), List.of(0)));
  }
}
