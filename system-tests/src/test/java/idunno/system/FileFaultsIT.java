package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.PutView;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The file store while disks, connections and machines fail. */
class FileFaultsIT {
  private static final int COPIES = 4;
  private static final int ORPHAN_GRACE_MS = 20_000;

  @RegisterExtension
  static final Cluster CLUSTER =
      new Cluster(5, "--slots", "0", "--orphan-grace-ms", Integer.toString(ORPHAN_GRACE_MS));

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void put(Machine machine, String name, byte[] bytes) throws Exception {
    HttpResponse<byte[]> answer = Web.send(machine.api(), "PUT", "/v1/files/" + name, bytes);
    assertEquals(200, answer.statusCode(), () -> Web.error(answer));
  }

  private static byte[] get(Machine machine, String name) throws Exception {
    HttpResponse<byte[]> answer = Web.get(machine.api(), "/v1/files/" + name);
    assertEquals(200, answer.statusCode(), () -> Web.error(answer));
    return answer.body();
  }

  /** The nodes that hold the only version of a file, as the cluster says. */
  private static List<String> holders(String name) throws IOException {
    return CLUSTER
        .client()
        .file(new FileName(name))
        .orElseThrow()
        .versions()
        .getLast()
        .replicas()
        .stream()
        .map(NodeName::value)
        .toList();
  }

  private static List<Path> chunkFiles(Machine machine) throws IOException {
    try (Stream<Path> all = Files.walk(machine.data().resolve("chunks"))) {
      return all.filter(file -> file.toString().endsWith(".chunk")).sorted().toList();
    }
  }

  /** The chunks of a machine that hold these bytes undamaged. */
  private static long holding(Machine machine, byte[] bytes) throws IOException {
    long found = 0;
    for (Path file : chunkFiles(machine)) {
      byte[] held = Files.readAllBytes(file);
      if (held.length > bytes.length
          && java.util.Arrays.equals(held, 0, bytes.length, bytes, 0, bytes.length)) {
        found++;
      }
    }
    return found;
  }

  @Test
  void aPutWhoseConnectionBreaksHalfwayIsInvisibleAndItsBytesAreReclaimed() throws Exception {
    Machine machine = CLUSTER.machine("n2");
    List<Integer> before = chunkCounts();
    byte[] half = bytes(1, 9 << 20);
    try (Socket socket = new Socket(machine.api().host(), machine.api().port())) {
      OutputStream out = socket.getOutputStream();
      String head = "PUT /v1/files/half HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(half);
      out.flush();
      Eventually.holds(
          "the first half is on some disks", Cluster.SOON, () -> !before.equals(chunkCounts()));
    }
    for (Machine asked : CLUSTER.machines()) {
      assertEquals(404, Web.get(asked.api(), "/v1/files/half").statusCode(), asked.name());
    }
    Eventually.see(
        "as many chunks on each disk as before: " + before,
        Cluster.SOON.plusMillis(2 * ORPHAN_GRACE_MS),
        FileFaultsIT::chunkCounts,
        before::equals);
    assertEquals(404, Web.get(machine.api(), "/v1/files/half").statusCode());
  }

  private static List<Integer> chunkCounts() throws IOException {
    List<Integer> counts = new ArrayList<>();
    for (Machine machine : CLUSTER.machines()) {
      counts.add(chunkFiles(machine).size());
    }
    return counts;
  }

  @Test
  void aFlippedByteOnADiskIsNeverServedAndTheReplicaIsMadeAnew() throws Exception {
    byte[] bytes = bytes(2, 1 << 20);
    put(CLUSTER.machine("n1"), "flipped", bytes);
    Machine holder = CLUSTER.machine(holders("flipped").getLast());
    Path chunk =
        chunkFiles(holder).stream()
            .filter(file -> file.toFile().length() >= bytes.length)
            .max(java.util.Comparator.comparingLong(file -> file.toFile().lastModified()))
            .orElseThrow();
    byte[] damaged = Files.readAllBytes(chunk);
    damaged[500_000] ^= 1;
    Files.write(chunk, damaged);
    assertEquals(0, holding(holder, bytes), "the damage is on the disk");
    for (Machine reader : CLUSTER.machines()) {
      assertArrayEquals(bytes, get(reader, "flipped"), reader.name());
    }
    awaitWholeReplicas("flipped", bytes);
  }

  /** Waits until the cluster names four holders, and each of them has the right bytes on disk. */
  private static void awaitWholeReplicas(String name, byte[] bytes) throws InterruptedException {
    Eventually.see(
        name + " is whole on four disks",
        Cluster.SOON,
        () -> {
          List<String> whole = new ArrayList<>();
          for (String holder : holders(name)) {
            if (holding(CLUSTER.machine(holder), bytes) == 1) {
              whole.add(holder);
            }
          }
          return whole;
        },
        whole -> whole.size() == COPIES);
  }

  @Test
  void aReplicaThatWasDeletedFromADiskIsMadeAnew() throws Exception {
    byte[] bytes = bytes(3, 1 << 20);
    put(CLUSTER.machine("n1"), "vanished", bytes);
    Machine holder = CLUSTER.machine(holders("vanished").getFirst());
    for (Path chunk : chunkFiles(holder)) {
      byte[] held = Files.readAllBytes(chunk);
      if (java.util.Arrays.mismatch(held, bytes) == bytes.length) {
        Files.delete(chunk);
      }
    }
    assertEquals(0, holding(holder, bytes));
    assertArrayEquals(bytes, get(holder, "vanished"));
    awaitWholeReplicas("vanished", bytes);
  }

  @Test
  void replicasOfAKilledNodeAreMadeAnewElsewhere() throws Exception {
    byte[] bytes = bytes(4, 3 << 20);
    put(CLUSTER.machine("n3"), "bereft", bytes);
    List<String> before = holders("bereft");
    String coordinator = CLUSTER.coordinator().name();
    Machine victim =
        CLUSTER.machine(
            before.stream().filter(name -> !name.equals(coordinator)).findFirst().orElseThrow());
    victim.kill();
    CLUSTER.awaitState(victim.name(), MemberState.FAILED);
    awaitWholeReplicas("bereft", bytes);
    assertTrue(!holders("bereft").contains(victim.name()));
    assertTrue(!new TreeSet<>(holders("bereft")).equals(new TreeSet<>(before)));
    for (Machine reader : CLUSTER.running()) {
      assertArrayEquals(bytes, get(reader, "bereft"), reader.name());
    }
  }

  @Test
  void putsGoOnWhileTheCoordinatorIsReplaced() throws Exception {
    Machine coordinator = CLUSTER.coordinator();
    Path local = CLUSTER.scratch().resolve("steady");
    var client = CLUSTER.client();
    client.members();
    for (int i = 1; i <= 12; i++) {
      Files.writeString(local, "put " + i);
      if (i == 4) {
        coordinator.kill();
      }
      PutView put =
          client.put(local, new FileName("steady"), idunno.node.client.ByteProgress.SILENT);
      assertEquals(i, put.version(), "each put makes one version, repeated or not");
    }
    assertEquals(
        Optional.of(12), client.file(new FileName("steady")).map(file -> file.versions().size()));
    for (Machine reader : CLUSTER.running()) {
      assertEquals("put 12", new String(get(reader, "steady"), StandardCharsets.UTF_8));
    }
  }
}
