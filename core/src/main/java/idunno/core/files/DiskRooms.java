package idunno.core.files;

import idunno.core.base.NodeName;
import idunno.core.membership.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * All disks as the coordinator told of them, so that whoever places a chunk knows them without
 * asking. A little old always: it shifts shares, and nothing depends on its being exact.
 *
 * @param byNode what each node said of its disk
 */
public record DiskRooms(NavigableMap<NodeName, DiskRoom> byNode) {
  /** Nothing is known. */
  public static final DiskRooms NONE = new DiskRooms(new TreeMap<>());

  /** Where nobody has said anything: all are alike. */
  private static final DiskRoom ALIKE = new DiskRoom(0, 1, true);

  /** Keeps its own copy of the map. */
  public DiskRooms {
    byNode = new TreeMap<>(byNode);
  }

  /**
   * The members as places for a chunk. Of whom nothing is known yet is taken for one with as much
   * room as the others have on average.
   */
  public List<Candidate> candidates(Collection<Member> members) {
    DiskRoom unknown = average();
    List<Candidate> candidates = new ArrayList<>();
    for (Member member : members) {
      DiskRoom room = byNode.getOrDefault(member.name(), unknown);
      candidates.add(new Candidate(member.name(), member.place().zone(), room));
    }
    return candidates;
  }

  private DiskRoom average() {
    if (byNode.isEmpty()) {
      return ALIKE;
    }
    double free = byNode.values().stream().mapToLong(DiskRoom::freeBytes).average().orElse(1);
    return new DiskRoom(0, Math.max(1, (long) free), true);
  }

  /**
   * A number that is the same for the same rooms: whoever has them says so, and isn't told again.
   */
  public long fingerprint() {
    long hash = 0;
    for (Map.Entry<NodeName, DiskRoom> one : byNode.entrySet()) {
      DiskRoom room = one.getValue();
      hash = Lot.mix(hash ^ Lot.of(one.getKey().value()));
      hash = Lot.mix(hash ^ room.usedBytes());
      hash = Lot.mix(hash ^ room.freeBytes());
      hash = Lot.mix(hash + (room.writable() ? 1 : 2));
    }
    return hash;
  }
}
