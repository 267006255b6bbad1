package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Which chunks need another replica, and from where to where it is copied. Pure. */
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

  /**
   * The copies that are missing, rarest chunks first.
   *
   * @param chunks every chunk of the store
   * @param keepers the nodes that count: alive and staying
   * @param sources the nodes that can be read from: the keepers, and those about to leave
   * @param most how many copies at the most
   */
  public static List<Copy> missing(
      Collection<StoredChunk> chunks,
      NavigableSet<NodeName> keepers,
      NavigableSet<NodeName> sources,
      int most) {
    int wanted = Math.min(Placement.COPIES, keepers.size());
    List<Needy> needy = new ArrayList<>();
    for (StoredChunk chunk : chunks) {
      int kept = count(chunk.replicas(), keepers);
      if (kept < wanted && count(chunk.replicas(), sources) > 0) {
        needy.add(new Needy(chunk, kept));
      }
    }
    needy.sort(Comparator.comparingInt(Needy::kept));
    List<Copy> copies = new ArrayList<>();
    for (Needy one : needy) {
      if (copies.size() >= most) {
        break;
      }
      StoredChunk chunk = one.chunk();
      List<NodeName> readable = chunk.replicas().stream().filter(sources::contains).toList();
      NavigableSet<NodeName> free = new TreeSet<>(keepers);
      chunk.replicas().forEach(free::remove);
      List<NodeName> places = Placement.order(chunk.id(), free);
      for (int i = 0; i < wanted - one.kept() && i < places.size(); i++) {
        // Sources take turns, so that one node doesn't feed all the others.
        NodeName from = readable.get((copies.size() + i) % readable.size());
        copies.add(new Copy(chunk, from, places.get(i)));
      }
    }
    return copies.size() > most ? List.copyOf(copies.subList(0, most)) : copies;
  }

  /** Whether each chunk that {@code leaving} holds has enough replicas on the keepers. */
  public static boolean canSpare(
      NodeName leaving, Collection<StoredChunk> chunks, NavigableSet<NodeName> keepers) {
    int wanted = Math.min(Placement.COPIES, keepers.size());
    return chunks.stream()
        .filter(chunk -> chunk.replicas().contains(leaving))
        .allMatch(chunk -> count(chunk.replicas(), keepers) >= wanted);
  }

  private record Needy(StoredChunk chunk, int kept) {}

  private static int count(List<NodeName> replicas, NavigableSet<NodeName> nodes) {
    return (int) replicas.stream().filter(nodes::contains).count();
  }
}
