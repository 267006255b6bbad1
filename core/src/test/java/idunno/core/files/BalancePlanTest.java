package idunno.core.files;

import static idunno.core.files.Replicas.candidate;
import static idunno.core.files.Replicas.candidates;
import static idunno.core.files.Replicas.id;
import static idunno.core.files.Replicas.node;
import static idunno.core.files.Replicas.nodes;
import static idunno.core.files.Replicas.roster;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.files.BalancePlan.Move;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class BalancePlanTest {
  private static final int CASES = 150;

  /** Nodes and chunks, drawn from a seed: some disks large, some full, some in zones. */
  private static final class World {
    final TreeMap<ChunkId, StoredChunk> chunks = new TreeMap<>();
    final Map<NodeName, Long> capacity = new HashMap<>();
    final Map<NodeName, String> zones = new HashMap<>();
    final Map<NodeName, Boolean> writable = new HashMap<>();

    World(long seed) {
      Random random = new Random(seed);
      int nodes = 5 + random.nextInt(8);
      boolean alike = random.nextInt(3) == 0;
      int zoneCount = alike ? 1 : 1 + random.nextInt(5);
      List<NodeName> names = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        NodeName name = node("n" + i);
        names.add(name);
        capacity.put(name, 50_000L + (alike ? 0 : random.nextInt(3) * 50_000L));
        zones.put(name, "z" + i % zoneCount);
        writable.put(name, alike || random.nextInt(10) > 0);
      }
      int count = 50 + random.nextInt(400);
      // Some nodes came late and hold little.
      int early = Math.max(4, nodes - random.nextInt(4));
      for (int i = 0; i < count; i++) {
        List<NodeName> holders = new ArrayList<>(names.subList(0, early));
        Collections.shuffle(holders, random);
        int copies = random.nextInt(20) == 0 ? 3 : 4;
        int length = 1 + random.nextInt(200);
        chunks.put(id(i), new StoredChunk(id(i), length, 0, holders.subList(0, copies)));
      }
    }

    Roster roster() {
      List<Candidate> keepers = new ArrayList<>();
      for (NodeName name : capacity.keySet()) {
        long used =
            chunks.values().stream()
                .filter(chunk -> chunk.replicas().contains(name))
                .mapToLong(StoredChunk::length)
                .sum();
        long free = Math.max(0, capacity.getOrDefault(name, 0L) - used);
        boolean takes = writable.getOrDefault(name, false);
        keepers.add(
            new Candidate(name, zones.getOrDefault(name, ""), new DiskRoom(used, free, takes)));
      }
      return Replicas.roster(keepers);
    }

    /** Whether nothing but the plan itself could stand in the way of even disks. */
    boolean isFree() {
      return new HashSet<>(zones.values()).size() == 1
          && !writable.containsValue(false)
          && new HashSet<>(capacity.values()).size() == 1;
    }

    int zonesOf(StoredChunk chunk) {
      return chunk.replicas().stream().map(zones::get).collect(Collectors.toSet()).size();
    }

    StoredChunk make(Move move) {
      StoredChunk before = chunks.getOrDefault(move.chunk(), Replicas.chunk(0));
      assertTrue(before.replicas().contains(move.from()), move + ": it isn't there");
      assertFalse(before.replicas().contains(move.to()), move + ": it is there already");
      List<NodeName> holders = new ArrayList<>(before.replicas());
      holders.add(move.to());
      holders.remove(move.from());
      StoredChunk after = before.heldBy(holders);
      chunks.put(move.chunk(), after);
      return after;
    }
  }

  @Test
  void plansEndAndKeepAllReplicasAndZonesAndNeverMakeDisksMoreUneven() {
    int even = 0;
    int possible = 0;
    for (long seed = 1; seed <= CASES; seed++) {
      World world = new World(seed);
      String which = "seed " + seed;
      double within = 1 + seed % 5;
      double before = BalancePlan.spreadPoints(world.roster());
      int rounds = 0;
      while (true) {
        List<Move> plan =
            BalancePlan.of(world.chunks.values(), world.roster(), within, 1 + (int) (seed % 90));
        if (plan.isEmpty()) {
          break;
        }
        assertTrue(++rounds < 2_000, which + ": it goes on and on");
        assertEquals(
            plan.size(), plan.stream().map(Move::chunk).distinct().count(), which + ": twice");
        for (Move move : plan) {
          StoredChunk old = world.chunks.get(move.chunk());
          int zones = old == null ? 0 : world.zonesOf(old);
          int copies = old == null ? 0 : old.replicas().size();
          StoredChunk now = world.make(move);
          assertEquals(Placement.COPIES, copies, which + ": " + old + " is repaired first");
          assertEquals(copies, now.replicas().size(), which);
          assertTrue(world.zonesOf(now) >= zones, which + ": " + now + " is in fewer zones");
          assertTrue(world.writable.getOrDefault(move.to(), false), which + ": " + move);
        }
        double after = BalancePlan.spreadPoints(world.roster());
        assertTrue(after <= before + 1e-9, which + ": from " + before + " to " + after);
        before = after;
      }
      if (world.isFree()) {
        possible++;
        even += BalancePlan.isEven(world.roster(), within) ? 1 : 0;
      }
    }
    System.out.printf("balance: %d of %d clusters without bounds ended even%n", even, possible);
    assertTrue(possible > 20 && even == possible, even + " of " + possible);
  }

  @Test
  void aNodeThatJoinsGetsItsShare() {
    List<StoredChunk> chunks = new ArrayList<>();
    List<NodeName> old = nodes("n1", "n2", "n3", "n4", "n5");
    Map<NodeName, Long> used = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      List<NodeName> holders = new ArrayList<>(old);
      holders.remove(i % 5);
      chunks.add(new StoredChunk(id(i), 100, 0, holders));
      holders.forEach(node -> used.merge(node, 100L, Long::sum));
    }
    List<Candidate> keepers = new ArrayList<>();
    for (NodeName node : nodes("n1", "n2", "n3", "n4", "n5", "n6")) {
      long bytes = used.getOrDefault(node, 0L);
      keepers.add(candidate(node.value(), "", new DiskRoom(bytes, 100_000 - bytes, true)));
    }
    List<Move> plan = BalancePlan.of(chunks, roster(keepers), 1, 10_000);

    assertTrue(plan.stream().allMatch(move -> move.to().equals(node("n6"))));
    assertEquals(333, plan.size(), 30, "a sixth of 2,000 replicas, less the band");
    Map<NodeName, Long> taken =
        plan.stream().collect(Collectors.groupingBy(Move::from, Collectors.counting()));
    assertEquals(new HashSet<>(old), taken.keySet(), "all give");
    assertEquals(20, BalancePlan.of(chunks, roster(keepers), 1, 20).size());
  }

  @Test
  void whereAllNodesHoldEverythingNothingMoves() {
    List<Candidate> keepers = new ArrayList<>(candidates(4, 1));
    keepers.set(0, candidate("n1", "zone-0", new DiskRoom(900, 100, true)));
    List<StoredChunk> chunks = List.of(Replicas.chunk(1, "n1", "n2", "n3", "n4"));

    assertFalse(BalancePlan.isEven(roster(keepers), 5));
    assertEquals(List.of(), BalancePlan.of(chunks, roster(keepers), 5, 100));
  }
}
