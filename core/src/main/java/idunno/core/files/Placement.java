package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which nodes hold a chunk.
 *
 * <p>Intuition: every node draws a lot for the chunk, and the highest lots win. When a node is
 * lost, only the chunks that it held need a new place, and all others keep theirs. This is
 * rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit rates",
 * 1998).
 *
 * <p>Rejected: a ring of hashed positions, which needs virtual nodes for an even spread, and the
 * counting of used bytes at a central place, which every put would have to ask.
 */
public final class Placement {
  /** How many nodes hold each chunk, where there are as many. */
  public static final int COPIES = 4;

  private Placement() {}

  /**
   * All candidates, best first: the first {@link #COPIES} of them are the chunk's place, those
   * behind step in where one of the first can't be had.
   */
  public static List<NodeName> order(ChunkId chunk, Collection<NodeName> candidates) {
    return candidates.stream()
        .distinct()
        .sorted(
            Comparator.comparingLong((NodeName node) -> lot(chunk, node))
                .reversed()
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** FNV-1a over both names, then a finaliser so that close names draw far lots. */
  private static long lot(ChunkId chunk, NodeName node) {
    long hash = 0xcbf29ce484222325L;
    String both = chunk.value() + "/" + node.value();
    for (int i = 0; i < both.length(); i++) {
      hash = (hash ^ both.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
