package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoomBookTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");

  private final RoomBook book = new RoomBook();

  private static DiskRoom room(long usedBytes) {
    return new DiskRoom(usedBytes, 10_000 - usedBytes, true);
  }

  private DiskRooms told(long known) {
    return book.news(known).orElseThrow();
  }

  @Test
  void whoKnowsNothingIsToldOfAllDisksAndWhoKnowsThemIsNot() {
    book.heard(N1, room(1));
    book.heard(N2, room(2));

    DiskRooms told = told(DiskRooms.NONE.fingerprint());

    assertEquals(Set.of(N1, N2), told.byNode().keySet());
    assertEquals(room(2), told.byNode().get(N2));
    assertEquals(Optional.empty(), book.news(told.fingerprint()));
  }

  @Test
  void aHundredthOfADiskIsNewsAndLessIsNot() {
    book.heard(N1, room(1_000));
    long known = told(0).fingerprint();

    book.heard(N1, room(1_100));
    assertEquals(Optional.empty(), book.news(known));

    book.heard(N1, room(1_101));
    assertEquals(room(1_101), told(known).byNode().get(N1));
  }

  @Test
  void whatIsLessThanNewsAddsUp() {
    book.heard(N1, room(1_000));
    long known = told(0).fingerprint();

    for (int used = 1_040; used <= 1_080; used += 40) {
      book.heard(N1, room(used));
      assertEquals(Optional.empty(), book.news(known));
    }

    book.heard(N1, room(1_120));
    assertEquals(room(1_120), told(known).byNode().get(N1));
  }

  @Test
  void aDiskThatCameOrWentIsNews() {
    book.heard(N1, room(1));
    long known = told(0).fingerprint();
    book.heard(N2, room(1));

    long both = told(known).fingerprint();
    book.forget(N1);

    assertEquals(Set.of(N2), told(both).byNode().keySet());
  }
}
