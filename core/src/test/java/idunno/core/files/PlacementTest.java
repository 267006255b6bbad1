package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PlacementTest {
  private static final int CHUNKS = 1_000;

  private static List<NodeName> nodes(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> new NodeName("n" + i)).toList();
  }

  private static ChunkId chunk(int number) {
    return new ChunkId(String.format("%08x", number));
  }

  private static List<NodeName> place(ChunkId chunk, List<NodeName> nodes) {
    List<NodeName> order = Placement.order(chunk, nodes);
    return order.subList(0, Math.min(Placement.COPIES, order.size()));
  }

  @Test
  void aThousandChunksSpreadEvenlyOverTheNodes() {
    for (int count : new int[] {5, 7, 10, 20}) {
      Map<NodeName, Integer> held = new HashMap<>();
      for (int i = 0; i < CHUNKS; i++) {
        place(chunk(i), nodes(count)).forEach(node -> held.merge(node, 1, Integer::sum));
      }
      double fair = (double) Placement.COPIES * CHUNKS / count;
      for (NodeName node : nodes(count)) {
        assertEquals(fair, held.getOrDefault(node, 0), 0.25 * fair, node + " of " + count);
      }
    }
  }

  @Test
  void onlyTheChunksOfALostNodeMoveAndOnlyTheirLostReplica() {
    List<NodeName> before = nodes(10);
    NodeName lost = before.get(3);
    List<NodeName> after = before.stream().filter(node -> !node.equals(lost)).toList();
    Map<NodeName, Integer> takers = new HashMap<>();
    for (int i = 0; i < CHUNKS; i++) {
      List<NodeName> old = place(chunk(i), before);
      List<NodeName> now = place(chunk(i), after);
      if (old.contains(lost)) {
        List<NodeName> kept = new ArrayList<>(old);
        kept.remove(lost);
        assertEquals(kept, now.subList(0, kept.size()), "those that are left keep their order");
        takers.merge(now.getLast(), 1, Integer::sum);
      } else {
        assertEquals(old, now, "chunk " + i + " wasn't on the lost node");
      }
    }
    assertTrue(takers.keySet().containsAll(after), "all others share in what was lost: " + takers);
  }

  @Test
  void whereThereAreFewerNodesThanCopiesAllOfThemHoldTheChunk() {
    assertEquals(3, place(chunk(1), nodes(3)).size());
    assertEquals(List.of(), Placement.order(chunk(1), List.of()));
  }

  @Test
  void theOrderOfTheCandidatesAndRepeatedOnesDoNotMatter() {
    List<NodeName> nodes = nodes(9);
    List<NodeName> mixed = new ArrayList<>(nodes.reversed());
    mixed.addAll(nodes);

    assertEquals(Placement.order(chunk(5), nodes), Placement.order(chunk(5), mixed));
  }
}
