package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Whose replicas count, and whose can be read.
 *
 * <p>A keeper is alive and staying. A source can be read from: the keepers, and those about to
 * leave.
 */
public final class Roster {
  private final NavigableMap<NodeName, Candidate> keepers = new TreeMap<>();
  private final NavigableSet<NodeName> sources;

  /** The same by hash, since it is looked up for every replica of the store. */
  private final Map<NodeName, String> zones = new LinkedHashMap<>();

  private final Set<NodeName> readable;
  private final Set<String> allZones;

  /**
   * A roster.
   *
   * @param keepers the nodes that count, with their zones and disks
   * @param sources the nodes that can be read from, the keepers among them
   */
  public Roster(Collection<Candidate> keepers, NavigableSet<NodeName> sources) {
    for (Candidate keeper : keepers) {
      this.keepers.put(keeper.node(), keeper);
      zones.put(keeper.node(), keeper.zone());
    }
    this.sources = new TreeSet<>(sources);
    this.readable = new LinkedHashSet<>(sources);
    this.allZones = new LinkedHashSet<>(zones.values());
  }

  /** How many keepers each chunk should lie on. */
  public int wanted() {
    return Math.min(Placement.COPIES, keepers.size());
  }

  /** The nodes that count, by name. */
  public Collection<Candidate> keepers() {
    return Collections.unmodifiableCollection(keepers.values());
  }

  /** One keeper. */
  public Optional<Candidate> keeper(NodeName node) {
    return Optional.ofNullable(keepers.get(node));
  }

  /** Whether a node's replicas count. */
  public boolean counts(NodeName node) {
    return zones.containsKey(node);
  }

  boolean isSource(NodeName node) {
    return readable.contains(node);
  }

  /** Whether any source is of that kind. */
  boolean hasSource(Predicate<NodeName> kind) {
    return sources.stream().anyMatch(kind);
  }

  /** The zone of a keeper. */
  String zoneOf(NodeName keeper) {
    return zones.getOrDefault(keeper, "");
  }

  /** Whether a copy can still be read where it comes from, and counts where it goes. */
  public boolean hasPath(RepairPlan.Copy copy) {
    return isSource(copy.from()) && counts(copy.to());
  }

  /** How many zones the keepers are in. */
  int zones() {
    return allZones.size();
  }

  /** How many of a chunk's replicas count. */
  int kept(StoredChunk chunk) {
    int kept = 0;
    for (NodeName node : chunk.replicas()) {
      if (zones.containsKey(node)) {
        kept++;
      }
    }
    return kept;
  }

  /** How many replicas a chunk is short of. */
  public int lacks(StoredChunk chunk) {
    return Math.max(0, wanted() - kept(chunk));
  }

  /** Whether any replica of a chunk can be read. */
  boolean canRead(StoredChunk chunk) {
    for (NodeName node : chunk.replicas()) {
      if (readable.contains(node)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a chunk has two replicas in one zone while another zone has none. Judged where nothing
   * is missing.
   */
  boolean isCrowded(StoredChunk chunk) {
    if (zones() < 2) {
      return false;
    }
    Set<String> used = new LinkedHashSet<>();
    int kept = 0;
    for (NodeName node : chunk.replicas()) {
      if (counts(node)) {
        kept++;
        used.add(zoneOf(node));
      }
    }
    return used.size() < kept && used.size() < zones();
  }

  /** Whether the same nodes count, in the same zones, and the same can be read. */
  public boolean hasSameNodes(Roster other) {
    return this == other || (zones.equals(other.zones) && sources.equals(other.sources));
  }

  /** Whether the same disks take new chunks. */
  public boolean hasSameWritable(Roster other) {
    return this == other || writable().equals(other.writable());
  }

  private List<NodeName> writable() {
    return keepers.values().stream()
        .filter(keeper -> keeper.room().writable())
        .map(Candidate::node)
        .toList();
  }
}
