package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes hold a chunk.
 *
 * <p>Intuition: every node draws a lot for the chunk, and the best lots win. A node with twice the
 * free space draws so that it wins twice as often: the lot, a number between 0 and 1, becomes the
 * time {@code -ln(lot) / freeBytes} until a clock that ticks at the rate of the free space ticks
 * first, and the earliest wins. When a node is lost, only the chunks that it held need a new place.
 * This is rendezvous hashing (Thaler and Ravishankar, 1998), weighted by the logarithmic method of
 * Schindelhauer and Tomczak ("Weighted distributed hash tables", 2005).
 *
 * <p>Zones come before lots: each zone's best node is asked before any zone's second, so four
 * replicas lie in four zones where there are as many, and two and two where there are two. Nodes
 * that take no new chunks come last.
 *
 * <p>Rejected (docs/decisions/0020): a ring of hashed positions, and a central count of used bytes.
 */
public final class Placement {
  /** How many nodes hold each chunk, where there are as many. */
  public static final int COPIES = 4;

  private Placement() {}

  /**
   * All candidates, best first: the first {@link #COPIES} of them are the chunk's place, those
   * behind step in where one of the first can't be had. Neither the candidates' order nor repeated
   * ones matter.
   */
  public static List<NodeName> order(ChunkId chunk, Collection<Candidate> candidates) {
    long chunkLot = Lot.of(chunk.value());
    List<Drawn> drawn = new ArrayList<>(candidates.size());
    Set<NodeName> seen = new LinkedHashSet<>();
    for (Candidate candidate : candidates) {
      if (seen.add(candidate.node())) {
        drawn.add(new Drawn(candidate, 0, waits(chunkLot, candidate)));
      }
    }
    // A disk that takes nothing has no turn: it would push its zone's others back.
    drawn.sort(Comparator.comparing(Drawn::isWritable).reversed().thenComparing(BY_LOT));
    Map<String, Integer> turns = new LinkedHashMap<>();
    List<Drawn> ranked = new ArrayList<>(drawn.size());
    for (Drawn one : drawn) {
      ranked.add(one.at(turns.merge(one.candidate().zone(), 1, Integer::sum)));
    }
    ranked.sort(BEST_FIRST);
    return ranked.stream().map(Drawn::node).toList();
  }

  /** The same for nodes of which nothing is known but their names. */
  public static List<NodeName> orderOfAlike(ChunkId chunk, Collection<NodeName> nodes) {
    DiskRoom alike = new DiskRoom(0, 1, true);
    return order(chunk, nodes.stream().map(node -> new Candidate(node, "", alike)).toList());
  }

  /** A candidate with its lot; {@code turn} is its place among those of its zone. */
  private record Drawn(Candidate candidate, int turn, double waits) {
    NodeName node() {
      return candidate.node();
    }

    boolean isWritable() {
      return candidate.room().writable();
    }

    Drawn at(int place) {
      return new Drawn(candidate, place, waits);
    }
  }

  private static final Comparator<Drawn> BY_LOT =
      Comparator.comparingDouble(Drawn::waits).thenComparing(Drawn::node);

  private static final Comparator<Drawn> BEST_FIRST =
      Comparator.comparing(Drawn::isWritable)
          .reversed()
          .thenComparingInt(Drawn::turn)
          .thenComparing(BY_LOT);

  /** StrictMath, since the order should be the same on every machine. */
  private static double waits(long chunkLot, Candidate candidate) {
    double lot = Lot.unit(Lot.mix(chunkLot ^ Lot.of(candidate.node().value())));
    return -StrictMath.log(lot) / Math.max(1, candidate.room().freeBytes());
  }
}
