package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.coordinator.Balance;
import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.MemberView;
import idunno.node.client.ByteProgress;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where replicas lie on six nodes, and what is made of it when nodes go, come and move. */
class PlacementIT {
  private static final int COPIES = 4;
  private static final int CHUNK_BYTES = 4 << 20;

  /** For what waits until nodes have settled, and for rounds of the sweeper. */
  private static final Duration LATER = Duration.ofMinutes(2);

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster(6, "--slots", "0", "--settle-ms", "4000");

  private static void put(String name, byte[] bytes) throws IOException {
    Path local = CLUSTER.scratch().resolve("up");
    Files.write(local, bytes);
    CLUSTER.client().put(local, new FileName(name), ByteProgress.SILENT);
  }

  private static void putSmall(String folder, int files) throws IOException {
    for (int i = 0; i < files; i++) {
      put(folder + "/" + i, ("file " + i).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void awaitReplicas(String folder, String what, Predicate<List<NodeName>> right)
      throws InterruptedException {
    Eventually.see(
        what,
        LATER,
        () -> {
          List<List<NodeName>> wrong = new ArrayList<>();
          for (FileView file : CLUSTER.client().files(Optional.of(new FileName(folder))).files()) {
            wrong.add(file.versions().getLast().replicas());
          }
          wrong.removeIf(right);
          return wrong;
        },
        List::isEmpty);
  }

  private static void awaitFourEach(String folder) throws InterruptedException {
    awaitReplicas(folder, "four replicas of all of " + folder, all -> all.size() == COPIES);
  }

  private static int chunkFiles() throws IOException {
    int files = 0;
    for (Machine machine : CLUSTER.machines()) {
      try (Stream<Path> all = Files.walk(machine.data().resolve("chunks"))) {
        files += (int) all.filter(path -> path.toString().endsWith(".chunk")).count();
      }
    }
    return files;
  }

  /** Each file was put by itself, so none shares a chunk. */
  private static long chunks() throws IOException {
    return CLUSTER.client().files(Optional.empty()).files().stream()
        .mapToLong(file -> Math.ceilDiv(file.versions().getLast().length(), CHUNK_BYTES))
        .sum();
  }

  private static void awaitNothingTooMuch() throws InterruptedException {
    Eventually.see(
        "the disks hold four replicas of each chunk and no more",
        LATER,
        () -> chunkFiles() - chunks() * COPIES,
        tooMuch -> tooMuch == 0);
  }

  @Test
  void whatANodeMissedWhileItWasAwayIsMadeElsewhereAndGivenUpAgainWhenItComesBack()
      throws Exception {
    putSmall("away", 30);
    awaitNothingTooMuch();
    Machine away = CLUSTER.worker();
    away.kill();
    CLUSTER.awaitState(away.name(), MemberState.FAILED);
    awaitFourEach("away");
    assertTrue(chunkFiles() > chunks() * COPIES, "the one that is away keeps its own");

    away.restart();
    CLUSTER.mend();
    awaitFourEach("away");
    awaitNothingTooMuch();
    for (int i = 0; i < 30; i++) {
      Path local = CLUSTER.scratch().resolve("down");
      CLUSTER
          .client(away)
          .get(new FileName("away/" + i), OptionalInt.empty(), local, ByteProgress.SILENT);
      assertEquals("file " + i, Files.readString(local));
    }
  }

  @Test
  void aNodeThatMovesToAZoneOfItsOwnGetsAReplicaOfEverything() throws Exception {
    putSmall("zones", 30);
    Machine mover = CLUSTER.worker();
    mover.kill();
    mover.launch(List.of("--zone", "island"));
    CLUSTER.mend();
    assertEquals("island", CLUSTER.member(CLUSTER.coordinator(), mover.name()).zone());
    NodeName island = new NodeName(mover.name());
    awaitReplicas(
        "zones",
        "four replicas of everything, one of them in the zone of one node",
        all -> all.size() == COPIES && all.contains(island));
    awaitNothingTooMuch();

    putSmall("zones-2", 10);
    awaitReplicas("zones-2", "new files know the zone at once", all -> all.contains(island));
    mover.kill();
    mover.restart();
    CLUSTER.mend();
  }

  @Test
  void disksThatHoldLittleAreFilledWhenSomebodyAsksForBalance() throws Exception {
    Machine late = CLUSTER.worker();
    late.kill();
    CLUSTER.awaitState(late.name(), MemberState.FAILED);
    byte[] bytes = new byte[60 << 20];
    new Random(1).nextBytes(bytes);
    put("large", bytes);
    late.restart();
    CLUSTER.mend();
    Eventually.see(
        "list_mem says what each disk holds",
        Cluster.SOON,
        () -> CLUSTER.client().members().members().stream().map(MemberView::room).toList(),
        rooms ->
            rooms.stream().allMatch(Optional::isPresent)
                && rooms.stream().mapToLong(room -> room.orElseThrow().usedBytes()).sum()
                    >= 4L * bytes.length);
    double points =
        100.0 * (8 << 20) / CLUSTER.member(late, late.name()).room().orElseThrow().capacityBytes();
    assertTrue(CLUSTER.client().balance().spreadPoints() > points);

    CLUSTER.client().balance(points);
    Balance end =
        Eventually.see(
            "balance ends",
            LATER,
            () -> CLUSTER.client().balance(),
            now -> now.state() != Balance.State.RUNNING);
    assertEquals(Balance.State.EVEN, end.state(), end.toString());
    assertTrue(end.moved() >= 5, end.toString());
    long used = CLUSTER.member(late, late.name()).room().orElseThrow().usedBytes();
    assertTrue(used >= 28 << 20, late.name() + " holds " + used + " bytes, 40 MiB are its share");
    Path local = CLUSTER.scratch().resolve("down");
    CLUSTER
        .client(late)
        .get(new FileName("large"), OptionalInt.empty(), local, ByteProgress.SILENT);
    assertEquals(-1, Files.mismatch(local, CLUSTER.scratch().resolve("up")));
  }
}
