package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is done about one chunk: from where to where it is copied, and which replica goes where
 * there are too many. Pure; {@link ReplicaLedger} says which chunks need anything.
 */
public final class RepairPlan {
  private RepairPlan() {}

  /**
   * One copy to be made.
   *
   * @param chunk what is copied
   * @param from a node that holds it
   * @param to a node that shall hold it
   */
  public record Copy(StoredChunk chunk, NodeName from, NodeName to) {}

  /** How many copies each node is at, as the one that is read and as the one that is written. */
  public static final class Load {
    /** So many copies at once are read from a node, and as many written to it. */
    public static final int MOST = 2;

    private final NavigableMap<NodeName, Integer> reading = new TreeMap<>();
    private final NavigableMap<NodeName, Integer> writing = new TreeMap<>();

    /** A copy begins. */
    public void begin(Copy copy) {
      reading.merge(copy.from(), 1, Integer::sum);
      writing.merge(copy.to(), 1, Integer::sum);
    }

    /** A copy has ended. */
    public void end(Copy copy) {
      reading.merge(copy.from(), -1, Integer::sum);
      writing.merge(copy.to(), -1, Integer::sum);
    }

    boolean canRead(NodeName node) {
      return reading.getOrDefault(node, 0) < MOST;
    }

    boolean canWrite(NodeName node) {
      return writing.getOrDefault(node, 0) < MOST;
    }

    private int at(NodeName node) {
      return reading.getOrDefault(node, 0) + writing.getOrDefault(node, 0);
    }

    /** Whether any copy at all could begin between these nodes. */
    public boolean hasRoom(Roster roster) {
      return roster.keepers().stream().anyMatch(one -> canWrite(one.node()))
          && roster.hasSource(this::canRead);
    }
  }

  /** What can be done about a chunk now. */
  public sealed interface Answer {
    /** It can be copied. */
    record Do(Copy copy) implements Answer {}

    /** The nodes in question are at work on other copies. */
    record Later() implements Answer {}

    /** No node can take it: nothing will come of it before nodes or disks change. */
    record Never() implements Answer {}
  }

  /**
   * The next copy of a chunk that has too few replicas.
   *
   * @param coming the nodes that it is being copied to already
   * @param avoided nodes that a copy of it has just failed with: taken only if no others are left
   */
  public static Answer missing(
      StoredChunk chunk,
      Collection<NodeName> coming,
      Collection<NodeName> avoided,
      Roster roster,
      Load load) {
    return copy(chunk, coming, avoided, roster, load, Integer.MAX_VALUE - 1);
  }

  /** The next copy of a chunk of which two replicas are in one zone while another zone has none. */
  public static Answer spread(
      StoredChunk chunk, Collection<NodeName> avoided, Roster roster, Load load) {
    return copy(chunk, List.of(), avoided, roster, load, 0);
  }

  private static Answer copy(
      StoredChunk chunk,
      Collection<NodeName> coming,
      Collection<NodeName> avoided,
      Roster roster,
      Load load,
      int mostInZone) {
    Map<String, Integer> zones = new LinkedHashMap<>();
    List<Candidate> free = new ArrayList<>();
    for (Candidate keeper : roster.keepers()) {
      if (chunk.replicas().contains(keeper.node()) || coming.contains(keeper.node())) {
        zones.merge(keeper.zone(), 1, Integer::sum);
      } else if (keeper.room().writable()) {
        free.add(keeper);
      }
    }
    // The emptiest zones' nodes alone: to take another's because they are busy would be mended
    // later.
    int least =
        free.stream()
            .mapToInt(one -> zones.getOrDefault(one.zone(), 0))
            .min()
            .orElse(Integer.MAX_VALUE);
    if (least > mostInZone) {
      return new Answer.Never();
    }
    List<NodeName> places =
        Placement.order(
            chunk.id(),
            free.stream().filter(one -> zones.getOrDefault(one.zone(), 0) == least).toList());
    Optional<NodeName> to = unlessAll(places, avoided).stream().filter(load::canWrite).findFirst();
    Optional<NodeName> from = source(chunk, avoided, roster, load);
    return to.isPresent() && from.isPresent()
        ? new Answer.Do(new Copy(chunk, from.get(), to.get()))
        : new Answer.Later();
  }

  /** Whether a planned move can still be made. */
  public static boolean canMove(StoredChunk chunk, BalancePlan.Move move, Roster roster) {
    return roster.kept(chunk) == Placement.COPIES
        && chunk.replicas().contains(move.from())
        && !chunk.replicas().contains(move.to())
        && roster.keeper(move.to()).filter(to -> to.room().writable()).isPresent();
  }

  /** The copy that a move begins with, unless the nodes in question are at work on others. */
  public static Optional<Copy> move(
      StoredChunk chunk, BalancePlan.Move move, Roster roster, Load load) {
    return load.canWrite(move.to())
        ? source(chunk, List.of(), roster, load).map(from -> new Copy(chunk, from, move.to()))
        : Optional.empty();
  }

  /** The least busy of those that hold it; the chunk's own order among equals spreads the load. */
  private static Optional<NodeName> source(
      StoredChunk chunk, Collection<NodeName> avoided, Roster roster, Load load) {
    List<NodeName> readable =
        new ArrayList<>(chunk.replicas().stream().filter(roster::isSource).toList());
    if (readable.isEmpty()) {
      return Optional.empty();
    }
    Collections.rotate(readable, Math.floorMod(chunk.id().value().hashCode(), readable.size()));
    return unlessAll(readable, avoided).stream()
        .filter(load::canRead)
        .min(Comparator.comparingInt(load::at));
  }

  private static List<NodeName> unlessAll(List<NodeName> nodes, Collection<NodeName> avoided) {
    List<NodeName> others = nodes.stream().filter(node -> !avoided.contains(node)).toList();
    return others.isEmpty() ? nodes : others;
  }

  /**
   * The replica that goes first where there are more on keepers than are wanted: one of those in
   * the zone that has most, of them the one on the fullest disk.
   */
  public static Optional<NodeName> surplus(StoredChunk chunk, Roster roster) {
    return roster.kept(chunk) > Placement.COPIES
        ? Optional.of(goes(chunk, roster))
        : Optional.empty();
  }

  /** The same, whatever the number of replicas; at least one must be on a keeper. */
  static NodeName goes(StoredChunk chunk, Roster roster) {
    Map<String, Integer> zones = new LinkedHashMap<>();
    List<Candidate> holders = new ArrayList<>();
    for (NodeName node : chunk.replicas()) {
      roster.keeper(node).ifPresent(holders::add);
    }
    holders.forEach(holder -> zones.merge(holder.zone(), 1, Integer::sum));
    return holders.stream()
        .max(
            Comparator.comparingInt((Candidate holder) -> zones.getOrDefault(holder.zone(), 0))
                .thenComparingDouble(holder -> holder.room().use())
                .thenComparing(Candidate::node))
        .orElseThrow()
        .node();
  }
}
