package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Which replicas are moved so that all disks are about equally full. Pure.
 *
 * <p>Each disk's share of use is compared with that of all disks together. A replica goes from the
 * fullest disk to the emptiest that can take it, as long as one of the two is outside of the band
 * around the mean and the two end nearer to one another than they were. A chunk is moved at most
 * once in a plan, so a plan ends; it never takes a chunk to fewer zones than it was in.
 */
public final class BalancePlan {
  private BalancePlan() {}

  /**
   * One replica to be moved: copied first, then given up where it was.
   *
   * @param chunk the chunk
   * @param from a node that holds it
   * @param to a node that doesn't
   */
  public record Move(ChunkId chunk, NodeName from, NodeName to) {}

  /**
   * How far the disk furthest from the mean is from it.
   *
   * @return percentage points, 0 where there are no disks
   */
  public static double spreadPoints(Roster roster) {
    double mean = mean(roster.keepers());
    return roster.keepers().stream()
        .mapToDouble(keeper -> 100 * Math.abs(keeper.room().use() - mean))
        .max()
        .orElse(0);
  }

  /** Whether all disks are within the band. */
  public static boolean isEven(Roster roster, double withinPoints) {
    return spreadPoints(roster) <= withinPoints;
  }

  private static double mean(Collection<Candidate> keepers) {
    double used = 0;
    double capacity = 0;
    for (Candidate keeper : keepers) {
      used += keeper.room().usedBytes();
      capacity += keeper.room().capacityBytes();
    }
    return capacity == 0 ? 0 : used / capacity;
  }

  /**
   * The moves, in the order in which they are best made.
   *
   * @param chunks every chunk of the store; only those with exactly as many replicas as they should
   *     have are moved, the others are repaired first
   * @param withinPoints how many percentage points from the mean a disk may be
   * @param most how many moves at the most
   */
  public static List<Move> of(
      Collection<StoredChunk> chunks, Roster roster, double withinPoints, int most) {
    if (isEven(roster, withinPoints) || roster.keepers().size() <= Placement.COPIES) {
      return List.of();
    }
    return new Planner(chunks, roster, withinPoints / 100).plan(most);
  }

  private static final class Planner {
    private final Roster roster;
    private final double mean;
    private final double band;
    private final Map<NodeName, DiskRoom> rooms = new LinkedHashMap<>();
    private final Map<NodeName, Deque<StoredChunk>> movable = new LinkedHashMap<>();
    private final PriorityQueue<Full> fullest =
        new PriorityQueue<>(
            Comparator.comparingDouble(Full::use).reversed().thenComparing(Full::node));
    private final Set<ChunkId> moved = new LinkedHashSet<>();
    private final List<Move> moves = new ArrayList<>();

    private record Full(NodeName node, double use) {}

    Planner(Collection<StoredChunk> chunks, Roster roster, double band) {
      this.roster = roster;
      this.band = band;
      this.mean = mean(roster.keepers());
      roster.keepers().forEach(keeper -> rooms.put(keeper.node(), keeper.room()));
      for (Candidate keeper : roster.keepers()) {
        if (keeper.room().use() > mean) {
          movable.put(keeper.node(), new ArrayDeque<>());
        }
      }
      for (StoredChunk chunk : chunks) {
        if (roster.kept(chunk) == Placement.COPIES) {
          for (NodeName node : chunk.replicas()) {
            Deque<StoredChunk> held = movable.get(node);
            if (held != null) {
              held.add(chunk);
            }
          }
        }
      }
      movable.keySet().forEach(node -> fullest.add(new Full(node, use(node))));
    }

    private double use(NodeName node) {
      return room(node).use();
    }

    private DiskRoom room(NodeName node) {
      return rooms.getOrDefault(node, new DiskRoom(0, 0, false));
    }

    List<Move> plan(int most) {
      while (moves.size() < most && !fullest.isEmpty()) {
        NodeName from = fullest.remove().node();
        List<NodeName> places = places(from);
        if (places.isEmpty()) {
          // Those behind it are less full still: of them only one above the mean and a disk below
          // the band could do anything, and that disk would have been a place for this one too.
          break;
        }
        if (moveOneFrom(from, places)) {
          fullest.add(new Full(from, use(from)));
        }
      }
      return moves;
    }

    /** The disks that may take something from that one, the emptiest first. */
    private List<NodeName> places(NodeName from) {
      if (use(from) <= mean) {
        return List.of();
      }
      boolean isOver = use(from) > mean + band;
      return roster.keepers().stream()
          .filter(keeper -> keeper.room().writable())
          .map(Candidate::node)
          .filter(node -> use(node) < (isOver ? mean : mean - band))
          .sorted(Comparator.comparingDouble(this::use).thenComparing(Comparator.naturalOrder()))
          .toList();
    }

    /** Whether a replica was found that can go to one of them. */
    private boolean moveOneFrom(NodeName from, List<NodeName> places) {
      Deque<StoredChunk> held = movable.getOrDefault(from, new ArrayDeque<>());
      while (!held.isEmpty()) {
        StoredChunk chunk = held.remove();
        Optional<NodeName> to =
            moved.contains(chunk.id())
                ? Optional.empty()
                : places.stream().filter(place -> isBetter(chunk, from, place)).findFirst();
        if (to.isPresent()) {
          moved.add(chunk.id());
          moves.add(new Move(chunk.id(), from, to.get()));
          rooms.put(from, room(from).plus(-chunk.length()));
          rooms.put(to.get(), room(to.get()).plus(chunk.length()));
          return true;
        }
      }
      return false;
    }

    private boolean isBetter(StoredChunk chunk, NodeName from, NodeName to) {
      return !chunk.replicas().contains(to)
          && room(to).freeBytes() >= chunk.length()
          && room(to).plus(chunk.length()).use() < use(from)
          && room(from).plus(-chunk.length()).use() > use(to)
          && zones(moved(chunk, from, to)) >= zones(chunk.replicas());
    }

    private static List<NodeName> moved(StoredChunk chunk, NodeName from, NodeName to) {
      List<NodeName> nodes = new ArrayList<>(chunk.replicas());
      nodes.remove(from);
      nodes.add(to);
      return nodes;
    }

    private long zones(List<NodeName> replicas) {
      return replicas.stream().filter(roster::counts).map(roster::zoneOf).distinct().count();
    }
  }
}
