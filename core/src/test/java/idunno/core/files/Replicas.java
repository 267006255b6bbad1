package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Nodes and chunks to test placement and repair with. */
final class Replicas {
  static final DiskRoom EMPTY = new DiskRoom(0, 1_000_000_000, true);

  private Replicas() {}

  static NodeName node(String name) {
    return new NodeName(name);
  }

  static List<NodeName> nodes(String... names) {
    return Stream.of(names).map(NodeName::new).toList();
  }

  /** n1, n2 ... in that many zones, turn by turn. */
  static List<Candidate> candidates(int count, int zones) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new Candidate(new NodeName("n" + i), "zone-" + i % zones, EMPTY))
        .toList();
  }

  static Candidate candidate(String name, String zone, DiskRoom room) {
    return new Candidate(new NodeName(name), zone, room);
  }

  static Candidate candidate(String name, String zone) {
    return candidate(name, zone, EMPTY);
  }

  /** All of them count, and those named may be read from besides. */
  static Roster roster(List<Candidate> keepers, String... leaving) {
    TreeSet<NodeName> sources = new TreeSet<>(nodes(leaving));
    keepers.forEach(keeper -> sources.add(keeper.node()));
    return new Roster(keepers, sources);
  }

  /** The same nodes without one. */
  static List<Candidate> without(List<Candidate> candidates, String name) {
    return candidates.stream().filter(one -> !one.node().value().equals(name)).toList();
  }

  static ChunkId id(int number) {
    return new ChunkId(String.format("%08x", number));
  }

  static StoredChunk chunk(int number, String... replicas) {
    return new StoredChunk(id(number), 1, 0, nodes(replicas));
  }

  /** That many chunks of one length, each where it belongs. */
  static List<StoredChunk> placed(int count, int length, List<Candidate> candidates) {
    List<StoredChunk> chunks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<NodeName> order = Placement.order(id(i), candidates);
      int copies = Math.min(Placement.COPIES, order.size());
      chunks.add(new StoredChunk(id(i), length, 0, order.subList(0, copies)));
    }
    return chunks;
  }
}
