package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.MasterView;
import idunno.node.api.Views.MemberView;
import idunno.node.api.Views.Role;
import idunno.node.api.Views.StandbyView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.ByteProgress;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is in the group, and who coordinates it, as five nodes see it. */
class MembershipIT {
  @RegisterExtension static final Cluster CLUSTER = new Cluster(5, "--slots", "1");

  private static void put(String name, String text) throws IOException {
    Path local = CLUSTER.scratch().resolve("up");
    Files.writeString(local, text);
    CLUSTER.client().put(local, new FileName(name), ByteProgress.SILENT);
  }

  private static String get(Machine machine, String name) throws IOException {
    Path local = CLUSTER.scratch().resolve("down");
    CLUSTER
        .client(machine)
        .get(new FileName(name), OptionalInt.empty(), local, ByteProgress.SILENT);
    return Files.readString(local);
  }

  @Test
  void aKilledNodeIsFailedWithinSecondsForEverySurvivor() throws Exception {
    Machine victim = CLUSTER.worker();
    victim.kill();
    long startedNanos = System.nanoTime();
    CLUSTER.awaitState(victim.name(), MemberState.FAILED);
    Duration took = Duration.ofNanos(System.nanoTime() - startedNanos);
    assertTrue(took.toSeconds() < 15, "it took " + took.toMillis() + " ms");
  }

  @Test
  void aNodeThatIsStartedAgainHasItsNameAndTheNextIncarnation() throws Exception {
    Machine machine = CLUSTER.worker();
    NodeId before = CLUSTER.member(machine, machine.name()).id();
    put("restart/kept", "kept over a restart");
    machine.kill();
    machine.restart();
    CLUSTER.awaitState(machine.name(), MemberState.ALIVE);
    for (Machine asked : CLUSTER.machines()) {
      assertEquals(
          new NodeId(before.name(), before.incarnation() + 1),
          Eventually.see(
              "the next incarnation of " + before,
              Cluster.SOON,
              () -> CLUSTER.member(asked, machine.name()).id(),
              id -> !id.equals(before)));
    }
    assertEquals("kept over a restart", get(machine, "restart/kept"));
  }

  @Test
  void aNodeThatLeavesIsLeftAndNotFailedItsReplicasMoveFirstAndItCanJoinAgain() throws Exception {
    for (int i = 0; i < 20; i++) {
      put("moved/" + i, "file " + i);
    }
    put("moved/one", "one file");
    Machine leaver = CLUSTER.worker();
    NodeId before = CLUSTER.member(leaver, leaver.name()).id();
    leaveAndJoinAgain(leaver);
    List<String> log = Files.readAllLines(Cluster.logOf(CLUSTER.coordinator()));
    List<String> moves =
        log.stream()
            .filter(
                line -> line.contains(" copy-started ") || line.endsWith("left member=" + before))
            .dropWhile(line -> !line.contains("left member="))
            .takeWhile(line -> !line.contains("to=" + leaver.name()))
            .toList();
    assertEquals(1, moves.size(), () -> "it left before its replicas had moved: " + moves);
  }

  @Test
  void theCoordinatorLeavesLikeAnyOther() throws Exception {
    put("moved/one", "one file");
    leaveAndJoinAgain(CLUSTER.coordinator());
  }

  private static void leaveAndJoinAgain(Machine leaver) throws Exception {
    NodeId before = CLUSTER.member(leaver, leaver.name()).id();
    CLUSTER.client(leaver).leave();
    List<Machine> others =
        CLUSTER.machines().stream().filter(m -> !m.name().equals(leaver.name())).toList();
    for (Machine asked : others) {
      Eventually.see(
          asked.name() + " says that " + leaver.name() + " is left, and never failed",
          Cluster.SOON,
          () -> {
            MemberState state = CLUSTER.member(asked, leaver.name()).state();
            assertNotEquals(MemberState.FAILED, state);
            return state;
          },
          MemberState.LEFT::equals);
    }
    for (var file :
        CLUSTER.client(others.getFirst()).files(Optional.of(new FileName("moved"))).files()) {
      VersionView version = file.versions().getLast();
      assertEquals(4, version.replicas().size(), file::toString);
      assertFalse(version.replicas().contains(before.name()), file::toString);
      for (Machine reader : others) {
        get(reader, file.name().value());
      }
    }
    assertTrue(leaver.isRunning(), "the process lives on outside of the group");
    assertEquals(Optional.empty(), CLUSTER.client(leaver).self().id());
    assertEquals(503, Web.get(leaver.api(), "/v1/members").statusCode());

    CLUSTER.client(leaver).join(List.of(others.getLast().api()));
    CLUSTER.awaitState(leaver.name(), MemberState.ALIVE);
    MemberView back = CLUSTER.member(others.getFirst(), leaver.name());
    assertEquals(new NodeId(before.name(), before.incarnation() + 1), back.id());
    assertEquals(Optional.of(back.id()), CLUSTER.client(leaver).self().id());
    get(leaver, "moved/one");
  }

  @Test
  void listMasterNamesTheRealCoordinatorAfterEachElection() throws Exception {
    long lastTerm = 0;
    for (int i = 0; i < 3; i++) {
      Machine coordinator = CLUSTER.coordinator();
      MasterView master = CLUSTER.client(coordinator).master();
      assertTrue(master.term() > lastTerm, master::toString);
      lastTerm = master.term();
      String elected = "coordinator-elected term=" + master.term();
      assertTrue(
          Files.readString(Cluster.logOf(coordinator)).contains(elected),
          () -> coordinator.name() + " has not logged " + elected);
      TreeSet<String> standbys = new TreeSet<>();
      for (StandbyView standby : master.standbys()) {
        standbys.add(standby.id().name().value());
      }
      TreeSet<String> others = new TreeSet<>();
      CLUSTER.machines().forEach(machine -> others.add(machine.name()));
      others.remove(coordinator.name());
      assertEquals(others, standbys);
      for (MemberView member : CLUSTER.client().members().members()) {
        boolean coordinates = member.id().name().value().equals(coordinator.name());
        assertEquals(coordinates ? Role.COORDINATOR : Role.STANDBY, member.role());
      }
      coordinator.kill();
      Machine next = CLUSTER.coordinator();
      assertNotEquals(coordinator.name(), next.name());
      CLUSTER.mend();
    }
  }
}
