package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who holds a version's bytes.
 *
 * @param copies the fewest nodes that hold any one of its chunks: 0 if it can't be read whole
 * @param whole the nodes that hold all of it, in order of their names
 * @param partly the nodes that hold some of its chunks and not all, in order of their names
 */
public record Holdings(int copies, List<NodeName> whole, List<NodeName> partly) {
  /** Keeps its own copies of the lists. */
  public Holdings {
    whole = List.copyOf(whole);
    partly = List.copyOf(partly);
  }

  /**
   * Who of these nodes holds it; an empty version is held by all of them.
   *
   * @param alive the nodes that count, in order of their names
   */
  public static Holdings of(FileVersion version, FileTable files, Collection<NodeName> alive) {
    Set<ChunkId> chunks = new LinkedHashSet<>();
    NavigableMap<NodeName, Integer> held = new TreeMap<>();
    int fewest = alive.size();
    for (Extent extent : version.extents()) {
      if (!chunks.add(extent.chunk())) {
        continue;
      }
      Optional<StoredChunk> chunk = files.chunk(extent.chunk());
      int copies = 0;
      for (NodeName node : chunk.map(StoredChunk::replicas).orElse(List.of())) {
        if (alive.contains(node)) {
          held.merge(node, 1, Integer::sum);
          copies++;
        }
      }
      fewest = Math.min(fewest, copies);
    }
    List<NodeName> whole = new ArrayList<>();
    List<NodeName> partly = new ArrayList<>();
    for (NodeName node : alive) {
      int count = held.getOrDefault(node, 0);
      if (count == chunks.size()) {
        whole.add(node);
      } else if (count > 0) {
        partly.add(node);
      }
    }
    return new Holdings(fewest, whole, partly);
  }
}
