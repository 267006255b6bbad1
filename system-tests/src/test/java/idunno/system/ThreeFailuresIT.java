package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.demo.LocalCluster.Machine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Seven nodes, of which three die at the same moment. */
class ThreeFailuresIT {
  @RegisterExtension static final Cluster CLUSTER = new Cluster(7, "--slots", "0");

  @Test
  void threeOfSevenDieAtOnceTheCoordinatorAmongThemAndNothingAcknowledgedIsLost() throws Exception {
    Client client = CLUSTER.client();
    Path local = CLUSTER.scratch().resolve("up");
    for (int i = 0; i < 40; i++) {
      Files.writeString(local, "acknowledged " + i);
      client.put(local, new FileName("before/" + i), ByteProgress.SILENT);
    }
    Machine coordinator = CLUSTER.coordinator();
    List<Machine> victims = new ArrayList<>(List.of(coordinator));
    CLUSTER.machines().stream()
        .filter(machine -> !machine.name().equals(coordinator.name()))
        .limit(2)
        .forEach(victims::add);
    for (Machine victim : victims) {
      victim.signal("KILL");
    }
    for (int i = 0; i < 10; i++) {
      Files.writeString(local, "after " + i);
      assertEquals(1, client.put(local, new FileName("after/" + i), ByteProgress.SILENT).version());
    }
    for (Machine victim : victims) {
      victim.kill();
      CLUSTER.awaitState(victim.name(), MemberState.FAILED);
    }
    assertNotEquals(coordinator.name(), CLUSTER.coordinator().name());
    for (Machine reader : CLUSTER.running()) {
      for (int i = 0; i < 40; i++) {
        assertEquals("acknowledged " + i, text(reader, "before/" + i));
      }
      for (int i = 0; i < 10; i++) {
        assertEquals("after " + i, text(reader, "after/" + i));
      }
    }
    Eventually.holds(
        "every file is on all four survivors",
        Cluster.SOON,
        () ->
            CLUSTER.client().files(java.util.Optional.empty()).files().stream()
                .allMatch(file -> file.versions().getLast().replicas().size() == 4));
  }

  private static String text(Machine reader, String name) throws Exception {
    var answer = Web.get(reader.api(), "/v1/files/" + name);
    assertEquals(200, answer.statusCode(), () -> name + " at " + reader.name());
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
