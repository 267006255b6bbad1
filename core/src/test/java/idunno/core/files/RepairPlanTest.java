package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RepairPlanTest {
  private static final int CHUNKS = 1_000;

  private static NavigableSet<NodeName> nodes(String... names) {
    return new TreeSet<>(Stream.of(names).map(NodeName::new).toList());
  }

  private static NavigableSet<NodeName> manyNodes(int count) {
    return new TreeSet<>(
        IntStream.rangeClosed(1, count).mapToObj(i -> new NodeName("n" + i)).toList());
  }

  private static StoredChunk chunk(int number, NavigableSet<NodeName> replicas) {
    ChunkId id = new ChunkId(String.format("%08x", number));
    return new StoredChunk(id, 1, 0, List.copyOf(replicas));
  }

  private static List<StoredChunk> placed(NavigableSet<NodeName> nodes) {
    List<StoredChunk> chunks = new ArrayList<>();
    for (int i = 0; i < CHUNKS; i++) {
      ChunkId id = new ChunkId(String.format("%08x", i));
      chunks.add(
          new StoredChunk(id, 1, 0, Placement.order(id, nodes).subList(0, Placement.COPIES)));
    }
    return chunks;
  }

  @Test
  void nothingIsCopiedWhereNothingIsMissing() {
    NavigableSet<NodeName> nodes = manyNodes(8);

    assertEquals(List.of(), RepairPlan.missing(placed(nodes), nodes, nodes, 10_000));
  }

  @Test
  void afterALossOnlyTheLostNodesChunksAreCopiedOnceEachAndTheLoadIsSpread() {
    NavigableSet<NodeName> all = manyNodes(8);
    List<StoredChunk> chunks = placed(all);
    NodeName lost = new NodeName("n3");
    NavigableSet<NodeName> left = new TreeSet<>(all);
    left.remove(lost);

    List<RepairPlan.Copy> plan = RepairPlan.missing(chunks, left, left, 10_000);

    long affected = chunks.stream().filter(chunk -> chunk.replicas().contains(lost)).count();
    assertEquals(affected, plan.size());
    assertEquals(affected, plan.stream().map(copy -> copy.chunk().id()).distinct().count());
    Map<NodeName, Integer> targets = new HashMap<>();
    Map<NodeName, Integer> sources = new HashMap<>();
    for (RepairPlan.Copy copy : plan) {
      assertTrue(copy.chunk().replicas().contains(lost), copy + ": wasn't on the lost node");
      assertTrue(copy.chunk().replicas().contains(copy.from()), copy + ": nothing there to read");
      assertFalse(copy.chunk().replicas().contains(copy.to()), copy + ": holds it already");
      assertTrue(left.contains(copy.from()) && left.contains(copy.to()));
      targets.merge(copy.to(), 1, Integer::sum);
      sources.merge(copy.from(), 1, Integer::sum);
    }
    double fair = (double) affected / left.size();
    for (NodeName node : left) {
      assertEquals(fair, targets.getOrDefault(node, 0), 0.4 * fair, "copies to " + node);
      assertEquals(fair, sources.getOrDefault(node, 0), 0.4 * fair, "copies from " + node);
    }
  }

  @Test
  void theRarestChunksAreCopiedFirstAndNoMoreThanAsked() {
    NavigableSet<NodeName> nodes = nodes("a", "b", "c", "d");
    List<StoredChunk> chunks =
        List.of(chunk(1, nodes("a", "b", "c")), chunk(2, nodes("a")), chunk(3, nodes("b", "c")));

    List<RepairPlan.Copy> plan = RepairPlan.missing(chunks, nodes, nodes, 4);

    assertEquals(
        List.of(chunks.get(1), chunks.get(1), chunks.get(1), chunks.get(2)),
        plan.stream().map(RepairPlan.Copy::chunk).toList());
    assertEquals(6, RepairPlan.missing(chunks, nodes, nodes, 100).size());
  }

  @Test
  void aNodeAboutToLeaveIsReadFromButDoesNotCount() {
    NavigableSet<NodeName> keepers = nodes("b", "c", "d", "e");
    NavigableSet<NodeName> sources = nodes("a", "b", "c", "d", "e");
    List<StoredChunk> chunks = List.of(chunk(1, nodes("a")));

    List<RepairPlan.Copy> plan = RepairPlan.missing(chunks, keepers, sources, 100);

    assertEquals(4, plan.size());
    assertTrue(plan.stream().allMatch(copy -> copy.from().equals(new NodeName("a"))));
    assertFalse(RepairPlan.canSpare(new NodeName("a"), chunks, keepers));
    assertTrue(
        RepairPlan.canSpare(
            new NodeName("a"), List.of(chunk(1, nodes("a", "b", "c", "d", "e"))), keepers));
  }

  @Test
  void aChunkThatNobodyCanReadIsLeftAlone() {
    NavigableSet<NodeName> nodes = nodes("b", "c");

    assertEquals(List.of(), RepairPlan.missing(List.of(chunk(1, nodes("a"))), nodes, nodes, 100));
  }

  @Test
  void fewerNodesThanCopiesNeedNoMoreReplicasThanNodes() {
    NavigableSet<NodeName> nodes = nodes("a", "b");

    assertEquals(List.of(), RepairPlan.missing(List.of(chunk(1, nodes)), nodes, nodes, 100));
    assertTrue(
        RepairPlan.canSpare(new NodeName("c"), List.of(chunk(1, nodes("a", "b", "c"))), nodes));
  }
}
