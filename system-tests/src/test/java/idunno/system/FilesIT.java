package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.FolderPutView;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.client.Fetched;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The file store on five nodes. */
class FilesIT {
  private static final int COPIES = 4;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(5, "--slots", "0");

  private static PutView put(Machine machine, String name, byte[] bytes) throws IOException {
    Path local = CLUSTER.scratch().resolve("up");
    Files.write(local, bytes);
    return CLUSTER.client(machine).put(local, new FileName(name), ByteProgress.SILENT);
  }

  private static byte[] get(Machine machine, String name) throws IOException {
    Path local = CLUSTER.scratch().resolve("down");
    CLUSTER
        .client(machine)
        .get(new FileName(name), OptionalInt.empty(), local, ByteProgress.SILENT);
    return Files.readAllBytes(local);
  }

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static FileView list(String name) throws IOException {
    return CLUSTER.client().file(new FileName(name)).orElseThrow();
  }

  @Test
  void aFileComesBackFromEveryNodeAsItWasPut() throws Exception {
    byte[] text = "what was put\n".getBytes(StandardCharsets.UTF_8);
    byte[] empty = {};
    byte[] large = bytes(1, 30 << 20);
    assertEquals(1, put(CLUSTER.machine("n1"), "same/text", text).version());
    assertEquals(1, put(CLUSTER.machine("n2"), "same/empty", empty).version());
    PutView put = put(CLUSTER.machine("n3"), "same/large", large);
    assertEquals(1, put.version());
    assertEquals(COPIES, put.replicas());
    for (Machine machine : CLUSTER.machines()) {
      assertArrayEquals(text, get(machine, "same/text"), machine.name());
      assertArrayEquals(empty, get(machine, "same/empty"), machine.name());
      assertArrayEquals(large, get(machine, "same/large"), machine.name());
    }
    VersionView version = list("same/large").versions().getFirst();
    assertEquals(COPIES, list("same/text").versions().getFirst().replicas().size());
    assertEquals(put.crc32c(), version.crc32c());
  }

  @Test
  void versionsCountUpWhicheverNodeIsAskedAndAGetAfterAPutNeverSeesAnOlderOne() throws Exception {
    List<Machine> machines = CLUSTER.machines();
    for (int i = 1; i <= 15; i++) {
      byte[] text = ("version " + i).getBytes(StandardCharsets.UTF_8);
      Machine writer = machines.get(i % machines.size());
      assertEquals(i, put(writer, "counted/up", text).version());
      for (Machine reader : machines) {
        HttpResponse<byte[]> answer = Web.get(reader.api(), "/v1/files/counted/up");
        assertEquals(200, answer.statusCode());
        assertArrayEquals(text, answer.body(), reader.name() + " at version " + i);
        assertEquals(i, answer.headers().firstValueAsLong("Idunno-Version").orElse(-1));
      }
    }
  }

  @Test
  void getVersionsWritesTheLastOnesNewestFirstEachBehindADelimiter() throws Exception {
    for (int i = 1; i <= 4; i++) {
      put(CLUSTER.machine("n" + i), "kept/notes", ("note " + i).getBytes(StandardCharsets.UTF_8));
    }
    Path local = CLUSTER.scratch().resolve("versions");
    Client client = CLUSTER.client(CLUSTER.machine("n5"));
    Fetched fetched = client.versions(new FileName("kept/notes"), 3, local, ByteProgress.SILENT);
    assertEquals(List.of(4, 3, 2), fetched.versions());
    List<String> lines = Files.readAllLines(local);
    assertEquals(6, lines.size(), lines::toString);
    for (int i = 0; i < 3; i++) {
      String delimiter = lines.get(2 * i);
      assertTrue(
          delimiter.startsWith("=== kept/notes version " + (4 - i) + " of 4, 6 bytes"), delimiter);
      assertEquals("note " + (4 - i), lines.get(2 * i + 1));
    }
    client.get(new FileName("kept/notes"), OptionalInt.of(1), local, ByteProgress.SILENT);
    assertEquals("note 1", Files.readString(local));
  }

  @Test
  void aFolderOfTwoThousandPicturesIsOneUploadOfFewLogEntriesAndEachIsReadable() throws Exception {
    Path folder = Pictures.write(CLUSTER.scratch().resolve("pictures"), 2_000);
    long before = CLUSTER.client().master().entries();
    FolderPutView put =
        CLUSTER.client().putFolder(folder, new FileName("pictures"), ByteProgress.SILENT);
    long entries = CLUSTER.client().master().entries() - before;
    assertEquals(2_000, put.files());
    assertEquals(COPIES, put.replicas());
    assertTrue(entries < 50, "the upload took " + entries + " entries of the log");
    for (int i = 0; i < 2_000; i++) {
      String name = "%05d.png".formatted(i);
      Machine reader = CLUSTER.machines().get(i % 5);
      HttpResponse<byte[]> answer = Web.get(reader.api(), "/v1/files/pictures/" + name);
      assertEquals(200, answer.statusCode(), name);
      assertArrayEquals(Files.readAllBytes(folder.resolve(name)), answer.body(), name);
    }
  }

  @Test
  void aFolderOfMoreFilesThanOneCommitTakesIsFollowedByOtherChangesOfTheSameClient()
      throws Exception {
    Path folder = Files.createDirectories(CLUSTER.scratch().resolve("many"));
    for (int i = 0; i < 2_500; i++) {
      Files.writeString(folder.resolve("f" + i), "file " + i);
    }
    Client client = CLUSTER.client();
    FolderPutView put = client.putFolder(folder, new FileName("many"), ByteProgress.SILENT);
    assertEquals(2_500, put.files());
    Path local = CLUSTER.scratch().resolve("after");
    Files.writeString(local, "a change after the folder");
    client.put(local, new FileName("after-many"), ByteProgress.SILENT);
    assertEquals(
        "a change after the folder",
        new String(get(CLUSTER.machine("n2"), "after-many"), StandardCharsets.UTF_8));
    assertEquals(1, client.delete(new FileName("after-many")).versions());
    assertTrue(client.file(new FileName("after-many")).isEmpty());
  }

  @Test
  void deletingGivesTheSpaceBackOnEveryDisk() throws Exception {
    List<Long> before = used();
    put(CLUSTER.machine("n2"), "short-lived", bytes(2, 12 << 20));
    put(CLUSTER.machine("n4"), "short-lived", bytes(3, 12 << 20));
    long grown = sum(used()) - sum(before);
    assertTrue(grown >= COPIES * (24L << 20), "4 copies of 24 MiB took " + grown + " bytes");
    FileName name = new FileName("short-lived");
    assertEquals(2, CLUSTER.client().delete(name, OptionalLong.of(0)).versions());
    assertTrue(CLUSTER.client().file(new FileName("short-lived")).isEmpty());
    Eventually.see(
        "every disk as empty as before: " + before, Cluster.SOON, FilesIT::used, before::equals);
    PutView again = put(CLUSTER.machine("n1"), "short-lived", bytes(4, 100));
    assertEquals(3, again.version(), "a number is never used for two versions");
  }

  private static List<Long> used() throws IOException {
    List<Long> used = new ArrayList<>();
    for (Machine machine : CLUSTER.machines()) {
      used.add(CLUSTER.client(machine).store(java.util.Optional.empty()).usedBytes());
    }
    return used;
  }

  private static long sum(List<Long> all) {
    return all.stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void hostileNamesAreRefusedAndStoreNothing() throws Exception {
    int before = CLUSTER.client().files(java.util.Optional.empty()).files().size();
    List<String> names =
        List.of(
            "..%2F..%2Fescaped",
            "../escaped",
            "a/../../escaped",
            "a//b",
            "./a",
            "%2Fabsolute",
            "a%00b",
            "a%0Ab",
            "a%5C..%5Cb",
            "",
            "trailing/",
            "n".repeat(1025));
    for (String name : names) {
      HttpResponse<byte[]> answer =
          Web.send(CLUSTER.machine("n1").api(), "PUT", "/v1/files/" + name, bytes(5, 100));
      assertEquals(400, answer.statusCode(), name);
      assertTrue(Web.error(answer).startsWith("file name: expected"), () -> Web.error(answer));
    }
    assertEquals(before, CLUSTER.client().files(java.util.Optional.empty()).files().size());
    assertTrue(Files.notExists(CLUSTER.machine("n1").data().resolve("../escaped")));
  }
}
