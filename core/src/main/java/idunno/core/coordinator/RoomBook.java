package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.files.Roster;
import idunno.core.worker.Beat;
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

  /** A node has said what its disk has room for. */
  void heard(NodeName node, DiskRoom room) {
    if (room.equals(heard.put(node, room))) {
      return;
    }
    changes++;
    DiskRoom before = told.byNode().get(node);
    if (before == null || room.isNews(before)) {
      tellAnew();
    }
  }

  /** A node is a member no longer. */
  void forget(NodeName node) {
    if (heard.remove(node) != null) {
      changes++;
      tellAnew();
    }
  }

  private void tellAnew() {
    told = latest();
    fingerprint = told.fingerprint();
  }

  /** What a node must be told, if anything. */
  Optional<DiskRooms> news(Beat beat) {
    return beat.roomsKnown() == fingerprint ? Optional.empty() : Optional.of(told);
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
