package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.files.ChunkId;
import idunno.core.files.DiskRoom;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.Placement;
import idunno.core.files.RepairPlan.Copy;
import idunno.core.files.StoredChunk;
import idunno.core.membership.DetectionRule;
import idunno.core.membership.Member;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import idunno.core.state.SampleCluster;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A coordinator that looks after replicas: copies take a while, the log is at once. */
final class UpkeepTest {
  private static final int MIB = 1 << 20;
  private static final long TICK_MS = 50;

  private final ClusterState state = new ClusterState();
  private final TreeMap<String, WorkerDesk> desks = new TreeMap<>();
  private final Map<String, DiskRoom> rooms = new HashMap<>();
  private final List<Copy> copying = new ArrayList<>();
  private final List<Copy> made = new ArrayList<>();
  private final List<Command.ShedReplica> shed = new ArrayList<>();
  private Coordinator coordinator = new Coordinator(DetectionRule.DEFAULT, UpkeepRule.DEFAULT);
  private long nowMs = 1_000_000;
  private long requests;
  private long tokens;
  private int copiesATick = 1_000;
  private boolean copiesFail;

  private Reply apply(Command command) {
    return state.apply(new Request(new RequestId("test", ++requests), command));
  }

  private void join(int from, int to, int zones) {
    for (int i = from; i <= to; i++) {
      var place = SampleCluster.place("n" + i, 1);
      var zoned =
          new Member.Place(
              place.disk(),
              place.peer(),
              place.api(),
              place.consensus(),
              1,
              zones == 1 ? "" : "z" + i % zones);
      Reply reply = apply(new Command.AdmitMember(new NodeName("n" + i), zoned, nowMs));
      desks.put("n" + i, new WorkerDesk(((Reply.Admitted) reply).node(), 1));
      rooms.putIfAbsent("n" + i, new DiskRoom(0, 1L << 40, true));
    }
  }

  private void elect(UpkeepRule rule) {
    coordinator = new Coordinator(DetectionRule.DEFAULT, rule);
    step(new Happening.Elected(1, Optional.empty()));
    beat();
  }

  private void store(int chunks, int length, List<List<String>> holders) {
    List<NewFile> files = new ArrayList<>();
    List<StoredChunk> stored = new ArrayList<>();
    for (int i = 0; i < chunks; i++) {
      ChunkId id = new ChunkId(String.format("%08x", i));
      List<String> at = holders.get(i % holders.size());
      stored.add(new StoredChunk(id, length, 0, at.stream().map(NodeName::new).toList()));
      files.add(
          new NewFile(new FileName("f" + i), length, 0, List.of(new Extent(id, 0, length, 0))));
    }
    apply(new Command.CommitFiles(files, stored, Optional.empty(), nowMs));
  }

  private void step(Happening happening) {
    for (Effect effect : coordinator.step(state, happening, nowMs)) {
      switch (effect) {
        case Effect.CopyChunk copy -> copying.add(copy.copy());
        case Effect.Propose propose -> {
          if (propose.command() instanceof Command.ShedReplica one) {
            shed.add(one);
          }
          apply(propose.command());
        }
        case Effect.AnswerBeat _,
            Effect.Probe _,
            Effect.PublishPart _,
            Effect.Publish _,
            Effect.Tell _ -> {}
      }
    }
  }

  private void beat() {
    desks.forEach(
        (name, desk) -> {
          Beat beat =
              desk.beat(rooms.getOrDefault(name, new DiskRoom(0, 1, true)), Beat.ModelMemory.NONE);
          step(new Happening.BeatArrived(++tokens, beat));
        });
  }

  private void pass(long ms) {
    for (long untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs += TICK_MS;
      if (nowMs % 200 == 0) {
        beat();
      }
      List<Copy> ending = List.copyOf(copying.subList(0, Math.min(copiesATick, copying.size())));
      copying.removeAll(ending);
      for (Copy copy : ending) {
        if (!copiesFail) {
          made.add(copy);
        }
        step(new Happening.CopyEnded(copy.chunk().id(), copy.to(), !copiesFail));
      }
      step(new Happening.Tick());
    }
  }

  private void kill(String name) {
    WorkerDesk desk = desks.remove(name);
    if (desk != null) {
      step(new Happening.ConnectionLost(desk.me().name()));
      step(new Happening.ProbeEnded(desk.me(), true));
    }
  }

  private static List<String> names(int... numbers) {
    return IntStream.of(numbers).mapToObj(i -> "n" + i).toList();
  }

  private List<Integer> aliveReplicas() {
    return state.files().chunks().stream()
        .map(
            chunk ->
                (int)
                    chunk.replicas().stream()
                        .filter(state.members().aliveNames()::contains)
                        .count())
        .toList();
  }

  private void assertAllAtFour() {
    assertEquals(Set.of(Placement.COPIES), new HashSet<>(aliveReplicas()));
  }

  @Test
  void copiesBeginAtTheTickAfterAMemberIsDeclaredFailed() {
    join(1, 6, 1);
    store(20, MIB, List.of(names(1, 2, 3, 4)));
    elect(UpkeepRule.DEFAULT);
    pass(1_000);
    kill("n1");
    step(new Happening.Tick());

    assertTrue(!copying.isEmpty());
  }

  @Test
  void noNodeIsReadOrWrittenByMoreThanTwoCopiesAndAllTakePart() {
    join(1, 8, 1);
    store(400, 1, List.of(names(1, 2, 3, 4), names(1, 2, 5, 6), names(1, 3, 7, 8)));
    elect(UpkeepRule.DEFAULT);
    pass(500);
    copiesATick = 3;
    kill("n1");
    Set<NodeName> read = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      pass(TICK_MS);
      Map<NodeName, Integer> reading = new HashMap<>();
      Map<NodeName, Integer> writing = new HashMap<>();
      copying.forEach(copy -> reading.merge(copy.from(), 1, Integer::sum));
      copying.forEach(copy -> writing.merge(copy.to(), 1, Integer::sum));
      assertTrue(reading.values().stream().allMatch(count -> count <= 2), reading.toString());
      assertTrue(writing.values().stream().allMatch(count -> count <= 2), writing.toString());
      read.addAll(reading.keySet());
    }
    assertEquals(7, read.size(), "all feed: " + read);
    copiesATick = 1_000;
    pass(10_000);
    assertAllAtFour();
    assertEquals(400, made.size(), "each once");
  }

  @Test
  void theRarestChunksAreCopiedFirst() {
    join(1, 8, 1);
    List<List<String>> holders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      holders.add(names(1 + i, 1 + (i + 1) % 8, 1 + (i + 2) % 8));
      holders.add(names(1 + i));
    }
    store(160, MIB, holders);
    elect(UpkeepRule.DEFAULT);
    pass(20_000);

    List<Integer> left = made.stream().map(copy -> copy.chunk().replicas().size()).toList();
    assertEquals(80 * 3 + 80, made.size());
    // Where no rarer chunk can use the two nodes that are free, another does.
    assertTrue(left.indexOf(3) > 60, "the first that could wait was the " + left.indexOf(3));
    assertTrue(meanPlace(left, 3) > meanPlace(left, 1) + 100, left.toString());
    assertAllAtFour();
  }

  private static double meanPlace(List<Integer> left, int replicas) {
    return IntStream.range(0, left.size())
        .filter(place -> left.get(place) == replicas)
        .average()
        .orElseThrow();
  }

  @Test
  void theThrottleLetsSoMuchPassAndNoMore() {
    join(1, 6, 1);
    store(200, MIB, List.of(names(1, 2, 3)));
    elect(new UpkeepRule(10L * MIB, 30_000));
    int before = made.size();
    pass(10_000);

    assertEquals(100, made.size() - before, 6, "10 MiB a second for 10 s");
    elect(new UpkeepRule(0, 30_000));
    pass(2_000);
    assertAllAtFour();
  }

  @Test
  void aCopyThatFailsIsTriedAgainWithOthersAfterASecond() {
    join(1, 6, 1);
    store(1, MIB, List.of(names(1, 2, 3)));
    copiesFail = true;
    elect(UpkeepRule.DEFAULT);
    List<NodeName> tried = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      copying.forEach(copy -> tried.add(copy.to()));
      pass(TICK_MS);
    }
    assertTrue(tried.size() >= 3 && tried.size() <= 6, tried + " in 5 s");
    assertEquals(3, new HashSet<>(tried).size(), "each of the three others: " + tried);
    copiesFail = false;
    pass(2_000);
    assertAllAtFour();
  }

  @Test
  void aChunkThatCannotBeCopiedIsTriedMoreAndMoreSeldomUntilANodeComes() {
    join(1, 5, 1);
    store(1, MIB, List.of(names(1)));
    copiesFail = true;
    elect(UpkeepRule.DEFAULT);
    int tries = 0;
    for (int i = 0; i < 12_000; i++) {
      tries += copying.size();
      pass(TICK_MS);
    }
    assertTrue(tries >= 15 && tries <= 80, tries + " in 10 minutes");
    copiesFail = false;
    join(6, 6, 1);
    pass(2_000);
    assertAllAtFour();
  }

  @Test
  void aNodeThatComesBackInTimeCostsNothingButTheCopiesMade() {
    join(1, 6, 1);
    store(60, MIB, List.of(names(1, 2, 3, 4), names(3, 4, 5, 6)));
    elect(UpkeepRule.DEFAULT);
    pass(31_000);
    kill("n1");
    pass(5_000);
    assertAllAtFour();
    join(1, 1, 1);
    pass(25_000);
    assertEquals(30, aliveReplicas().stream().filter(count -> count == 5).count());
    assertEquals(List.of(), shed, "not before all have settled");

    pass(10_000);
    assertEquals(30, shed.size());
    assertAllAtFour();
  }

  @Test
  void aNodeThatComesBackWithAnEmptyDiskBeforeItWasMissedHoldsNothing() {
    join(1, 6, 1);
    store(10, MIB, List.of(names(1, 2, 3, 4)));
    elect(UpkeepRule.DEFAULT);
    pass(1_000);
    Member.Place place = SampleCluster.place("n1", 1);
    Member.Place wiped =
        new Member.Place(
            "another-disk", place.peer(), place.api(), place.consensus(), place.slots(), "");
    Reply reply = apply(new Command.AdmitMember(new NodeName("n1"), wiped, nowMs));
    desks.put("n1", new WorkerDesk(((Reply.Admitted) reply).node(), 1));
    pass(5_000);

    assertEquals(10, made.size());
    assertAllAtFour();
  }

  @Test
  void nothingIsGivenUpWhileSomebodyIsSilent() {
    join(1, 6, 1);
    store(10, MIB, List.of(names(1, 2, 3, 4, 5)));
    elect(UpkeepRule.DEFAULT);
    pass(29_000);
    step(new Happening.ConnectionLost(new NodeName("n6")));
    WorkerDesk silent = desks.remove("n6");
    pass(2_500);
    assertEquals(List.of(), shed);

    desks.put("n6", Objects.requireNonNull(silent));
    pass(3_000);
    assertEquals(10, shed.size());
    assertAllAtFour();
  }

  @Test
  void aDropThatWouldLeaveFewerThanFourAliveIsRefusedByTheState() {
    join(1, 6, 1);
    store(1, MIB, List.of(names(1, 2, 3, 4, 5)));
    ChunkId chunk = new ChunkId("00000000");
    apply(new Command.FailMember(Objects.requireNonNull(desks.get("n5")).me(), nowMs));

    assertTrue(
        apply(new Command.ShedReplica(chunk, new NodeName("n4"))) instanceof Reply.Refused,
        "n1, n2, n3 would be left");
    assertTrue(
        apply(new Command.ShedReplica(chunk, new NodeName("n6"))) instanceof Reply.Refused,
        "it holds nothing");
    assertTrue(apply(new Command.ShedReplica(chunk, new NodeName("n5"))) instanceof Reply.Done);
    assertEquals(1, state.takeDropped().size());
  }

  @Test
  void aZoneThatComesGetsAReplicaOfEverythingWithoutLosingAny() {
    join(1, 6, 2);
    store(40, MIB, List.of(names(1, 2, 3, 4), names(3, 4, 5, 6)));
    elect(UpkeepRule.DEFAULT);
    pass(31_000);
    assertEquals(0, made.size());
    var place = SampleCluster.place("n9", 1);
    Reply reply =
        apply(
            new Command.AdmitMember(
                new NodeName("n9"),
                new Member.Place(
                    place.disk(), place.peer(), place.api(), place.consensus(), 1, "new"),
                nowMs));
    desks.put("n9", new WorkerDesk(((Reply.Admitted) reply).node(), 1));
    rooms.put("n9", new DiskRoom(0, 1L << 40, true));
    pass(45_000);

    assertAllAtFour();
    for (StoredChunk chunk : state.files().chunks()) {
      assertTrue(chunk.replicas().contains(new NodeName("n9")), chunk.toString());
    }
  }

  @Test
  void whatNoDiskCanTakeWaitsUntilOneCan() {
    join(1, 4, 1);
    rooms.put("n4", new DiskRoom(100, 0, false));
    store(500, 1, List.of(names(1, 2, 3)));
    elect(UpkeepRule.DEFAULT);
    pass(3_000);
    assertEquals(0, made.size());

    rooms.put("n4", new DiskRoom(100, 1_000_000, true));
    pass(30_000);
    assertAllAtFour();
  }

  @Test
  void theDisksAreEvenedOutWhenSomebodyAsks() {
    join(1, 6, 1);
    store(200, 1_000, List.of(names(1, 2, 3, 4)));
    for (int i = 1; i <= 6; i++) {
      rooms.put("n" + i, new DiskRoom(i <= 4 ? 200_000 : 0, i <= 4 ? 800_000 : 1_000_000, true));
    }
    elect(UpkeepRule.DEFAULT);
    pass(1_000);
    step(new Happening.BalanceAsked(2));
    assertEquals(Balance.State.RUNNING, balance().state());
    pass(10_000);
    assertEquals(0, balance().moved(), "not before all have settled");
    for (int i = 0; i < 1_200 && balance().state() == Balance.State.RUNNING; i++) {
      pass(TICK_MS);
      measureRooms();
    }
    assertEquals(Balance.State.EVEN, balance().state(), balance().toString());
    assertTrue(balance().spreadPoints() <= 2, balance().toString());
    assertAllAtFour();
    assertEquals(balance().moved() * 1_000L, balance().movedBytes());
  }

  private Balance balance() {
    return coordinator.report(state, new Scope.NoJobs(), nowMs).balance();
  }

  private void measureRooms() {
    for (int i = 1; i <= 6; i++) {
      long used = state.heldBy(new NodeName("n" + i)).size() * 1_000L;
      rooms.put("n" + i, new DiskRoom(used, 1_000_000 - used, true));
    }
  }

  @Test
  void aHundredThousandChunksCostNothingAtRestAndAPlanIsFoundAtOnce() {
    int chunks = 100_000;
    join(1, 7, 1);
    List<List<String>> holders = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      holders.add(names(1 + i, 1 + (i + 1) % 7, 1 + (i + 3) % 7, 1 + (i + 4) % 7));
    }
    store(chunks, 1, holders);
    elect(UpkeepRule.DEFAULT);
    pass(30_000);
    long restNanos = cpuNanos(() -> pass(60_000));
    double restShare = restNanos / 60e9;

    long planNanos =
        cpuNanos(
            () -> {
              kill("n3");
              step(new Happening.Tick());
            });
    int begun = copying.size();
    long repairNanos = cpuNanos(() -> pass(300_000));
    System.out.printf(
        "upkeep of %,d chunks: at rest %.2f %% of a core, the first %d copies planned in %.1f ms,"
            + " %,d copies cost %.1f us each%n",
        chunks,
        100 * restShare,
        begun,
        planNanos / 1e6,
        made.size(),
        repairNanos / 1e3 / Math.max(1, made.size()));
    assertTrue(begun >= 10, "only " + begun + " copies begun");
    assertAllAtFour();
    // The goals are 5 % and 200 ms; machines that build others at the same time get some more.
    assertTrue(restShare < 0.10, "at rest " + restShare);
    assertTrue(planNanos < 600_000_000L, "a plan took " + planNanos / 1e6 + " ms");
  }

  private static long cpuNanos(Runnable what) {
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    what.run();
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
  }
}
