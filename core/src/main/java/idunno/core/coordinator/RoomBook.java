package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.files.Roster;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the nodes say of their disks, and what they are told of one another's.
 *
 * <p>Disks change with every write. So that not every answer to every beat carries all of them,
 * they are told again only when one of them has changed by a hundredth of its capacity, has come or
 * gone, or takes new chunks no longer.
 *
 * <p>Soft state: a new coordinator knows the disks once it has heard everybody, and until then lets
 * the nodes go on with what its predecessor told them.
 */
final class RoomBook {
  private final NavigableMap<NodeName, DiskRoom> heard = new TreeMap<>();
  private long changes;
  private DiskRooms told = DiskRooms.NONE;
  private long fingerprint = told.fingerprint();

  /**
   * Whether there is something to be told anew. It is put together when somebody is to be told: a
   * cluster of a thousand says a thousand things before anybody is.
   */
  private boolean hasNews;

  /** A node has said what its disk has room for. */
  void heard(NodeName node, DiskRoom room) {
    if (room.equals(heard.put(node, room))) {
      return;
    }
    changes++;
    DiskRoom before = told.byNode().get(node);
    hasNews |= before == null || room.isNews(before);
  }

  /** A node is a member no longer. */
  void forget(NodeName node) {
    if (heard.remove(node) != null) {
      changes++;
      hasNews = true;
    }
  }

  /**
   * What a node must be told, if anything.
   *
   * @param known the fingerprint of what it was told last
   */
  Optional<DiskRooms> news(long known) {
    if (hasNews) {
      hasNews = false;
      told = latest();
      fingerprint = told.fingerprint();
    }
    return known == fingerprint ? Optional.empty() : Optional.of(told);
  }

  /** Whether every keeper has said something of its disk. */
  boolean knows(Roster roster) {
    return roster.keepers().stream().allMatch(keeper -> heard.containsKey(keeper.node()));
  }

  /** How often {@link #latest} has changed. */
  long changes() {
    return changes;
  }

  /** What each node said last. */
  DiskRooms latest() {
    return new DiskRooms(heard);
  }
}
