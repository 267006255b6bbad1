package idunno.core.files;

import static idunno.core.files.Replicas.candidate;
import static idunno.core.files.Replicas.candidates;
import static idunno.core.files.Replicas.id;
import static idunno.core.files.Replicas.node;
import static idunno.core.files.Replicas.without;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PlacementTest {
  private static final int CHUNKS = 1_000;
  private static final long GB = 1_000_000_000;

  private static List<NodeName> place(int chunk, List<Candidate> candidates) {
    List<NodeName> order = Placement.order(id(chunk), candidates);
    return order.subList(0, Math.min(Placement.COPIES, order.size()));
  }

  private static Map<NodeName, Integer> held(int chunks, List<Candidate> candidates) {
    Map<NodeName, Integer> held = new HashMap<>();
    for (int i = 0; i < chunks; i++) {
      place(i, candidates).forEach(node -> held.merge(node, 1, Integer::sum));
    }
    return held;
  }

  private static Map<String, Integer> zonesOf(List<NodeName> nodes, List<Candidate> candidates) {
    Map<String, Integer> zones = new HashMap<>();
    candidates.stream()
        .filter(one -> nodes.contains(one.node()))
        .forEach(one -> zones.merge(one.zone(), 1, Integer::sum));
    return zones;
  }

  @Test
  void chunksSpreadAsEvenlyOverEqualDisksAsDrawnLotsDo() {
    for (int count : new int[] {5, 7, 10, 20}) {
      Map<NodeName, Integer> held = held(10 * CHUNKS, candidates(count, 1));
      double fair = 10.0 * Placement.COPIES * CHUNKS / count;
      double chiSquare =
          candidates(count, 1).stream()
              .mapToDouble(one -> Math.pow(held.getOrDefault(one.node(), 0) - fair, 2) / fair)
              .sum();
      // The 99.9th percentile for 19 degrees of freedom; fewer have a lower one. Four of n without
      // repeats vary less than independent draws, so this is generous.
      assertTrue(chiSquare < 43.8, count + " nodes: chi-square " + chiSquare + ", " + held);
    }
  }

  @Test
  void aDiskWithTwiceTheRoomOfTheOthersGetsAboutTwiceAsMuch() {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      candidates.add(candidate("n" + i, "", new DiskRoom(0, i == 1 ? 200 * GB : 100 * GB, true)));
    }
    Map<NodeName, Integer> held = held(10 * CHUNKS, candidates);

    int large = held.getOrDefault(node("n1"), 0);
    double others = (10.0 * Placement.COPIES * CHUNKS - large) / 19;
    assertEquals(1.9, large / others, 0.15, held.toString());
  }

  @Test
  void aDiskThatIsNearlyFullGetsNearlyNothing() {
    List<Candidate> candidates = new ArrayList<>(candidates(6, 1));
    candidates.set(0, candidate("n1", "zone-0", new DiskRoom(0, 10_000_000, true)));

    assertTrue(held(CHUNKS, candidates).getOrDefault(node("n1"), 0) < 50);
  }

  @Test
  void aDiskThatTakesNothingComesLastAndDoesNotPushItsZoneBack() {
    List<Candidate> candidates = new ArrayList<>(candidates(8, 4));
    candidates.set(2, candidate("n3", "zone-3", new DiskRoom(5, 50, false)));
    for (int i = 0; i < CHUNKS; i++) {
      List<NodeName> order = Placement.order(id(i), candidates);
      assertEquals(node("n3"), order.getLast());
      assertEquals(8, order.size());
      assertEquals(4, zonesOf(order.subList(0, 4), candidates).size());
    }
  }

  @Test
  void fourReplicasLieInFourZonesAndInTwoZonesTwoEach() {
    for (int i = 0; i < CHUNKS; i++) {
      assertEquals(4, zonesOf(place(i, candidates(12, 6)), candidates(12, 6)).size());
      assertEquals(
          Set.of(2), new HashSet<>(zonesOf(place(i, candidates(9, 2)), candidates(9, 2)).values()));
      assertEquals(3, zonesOf(place(i, candidates(9, 3)), candidates(9, 3)).size());
    }
  }

  @Test
  void aZoneOfOneNodeHoldsAReplicaOfEverything() {
    List<Candidate> candidates =
        List.of(
            candidate("a", "small"),
            candidate("b", "large"),
            candidate("c", "large"),
            candidate("d", "large"),
            candidate("e", "large"),
            candidate("f", "large"));
    for (int i = 0; i < CHUNKS; i++) {
      assertTrue(place(i, candidates).contains(node("a")));
    }
  }

  @Test
  void onlyTheChunksOfALostNodeMoveAndOnlyTheirLostReplica() {
    for (int zones : new int[] {1, 2, 3, 5}) {
      List<Candidate> before = candidates(10, zones);
      List<Candidate> after = without(before, "n4");
      Set<NodeName> takers = new HashSet<>();
      for (int i = 0; i < CHUNKS; i++) {
        Set<NodeName> old = new HashSet<>(place(i, before));
        Set<NodeName> now = new HashSet<>(place(i, after));
        if (old.remove(node("n4"))) {
          assertTrue(now.containsAll(old), "those that are left keep the chunk");
          now.removeAll(old);
          takers.addAll(now);
        } else {
          assertEquals(old, now, "chunk " + i + " wasn't on the lost node");
        }
      }
      if (zones == 1) {
        assertEquals(9, takers.size(), "all others share in what was lost: " + takers);
      }
    }
  }

  @Test
  void whereThereAreFewerNodesThanCopiesAllOfThemHoldTheChunk() {
    assertEquals(3, place(1, candidates(3, 1)).size());
    assertEquals(List.of(), Placement.order(id(1), List.of()));
  }

  @Test
  void theOrderOfTheCandidatesAndRepeatedOnesDoNotMatter() {
    List<Candidate> mixed = new ArrayList<>(candidates(9, 3).reversed());
    mixed.addAll(candidates(9, 3));

    assertEquals(Placement.order(id(5), candidates(9, 3)), Placement.order(id(5), mixed));
  }

  @Test
  void nodesOfWhichNothingIsKnownAreTakenForAlike() {
    List<NodeName> names = candidates(9, 1).stream().map(Candidate::node).toList();

    assertEquals(Placement.order(id(5), candidates(9, 1)), Placement.orderOfAlike(id(5), names));
  }
}
