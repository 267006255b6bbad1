package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.demo.LocalCluster.Machine;
import idunno.system.Cli.Said;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands that read the file store, on five nodes, as they are typed. */
class ListsIT {
  /** Reads fail in 5 s where most voters are gone; twice that here, since machines are noisy. */
  private static final long FAILS_WITHIN_MS = 10_000;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(5, "--slots", "0");

  private static Said run(String... words) {
    return Cli.run(CLUSTER.machine("n1").api().toString(), words);
  }

  private static Said done(String... words) {
    Said said = run(words);
    assertEquals(0, said.code(), () -> String.join(" ", words) + ": " + said);
    return said;
  }

  private static void put(String name, String text) throws Exception {
    Path local = CLUSTER.scratch().resolve("up");
    Files.writeString(local, text);
    CLUSTER.client().put(local, new FileName(name), ByteProgress.SILENT);
  }

  private static void assertHas(Said said, String... parts) {
    String flat = said.out().replaceAll(" +", " ");
    for (String part : parts) {
      assertTrue(flat.contains(part), () -> "expected \"" + part + "\" in " + said);
    }
  }

  @Test
  void aFolderIsListedByLevelsWithTheSumsOfItsFolders() throws Exception {
    put("tree/a.txt", "1234");
    put("tree/b.txt", "12345");
    put("tree/b.txt", "123456");
    put("tree/sub/c.txt", "12");
    put("tree/sub/deep/d.txt", "123");
    put("tree-2/x.txt", "x");
    Said level = done("ls", "tree");
    assertEquals(
        List.of("SIZE FILES NAME", "4 B tree/a.txt", "6 B tree/b.txt", "5 B 2 tree/sub/"),
        level.lines().stream().map(line -> line.replaceAll(" +", " ")).toList());
    assertEquals("4 files, 15 B\n", level.err());
    assertHas(done("ls", "-l", "tree/"), "6 B 2 4 ", "tree/b.txt");
    assertEquals(5, done("ls", "-R", "tree").lines().size());
    assertHas(done("ls"), " tree/\n", " tree-2/\n");
    Said file = done("ls", "tree/b.txt");
    assertEquals(3, file.lines().size(), file::toString);
    assertHas(file, "VERSION SIZE CRC32C STORED REPLICAS MACHINES");
    assertEquals(1, run("ls", "tree/nothing").code());
    assertEquals(2, run("ls", "../tree").code());
    Said json = done("ls", "tree", "--json");
    assertHas(json, "{\"type\":\"Folder\",\"name\":\"tree/sub\",\"files\":2,\"bytes\":5}");
    assertEquals(5, json.lines().size(), json::toString);
  }

  @Test
  void patternsSelectForEachCommandAndANameThatLooksLikeOneComesFirst() throws Exception {
    for (String name : List.of("g/1.jpg", "g/2.jpg", "g/3.png", "g/x/4.jpg", "g/[1].jpg")) {
      put(name, name);
    }
    Said jpgs = done("ls", "g/*.jpg");
    assertEquals(4, jpgs.lines().size(), jpgs::toString);
    assertHas(done("ls", "-R", "g/[1].jpg"), "9 B g/[1].jpg");
    assertEquals("4 files, 32 B\n", run("ls", "g/**/*.jpg").err());
    assertHas(done("ls", "g/?"), "g/x/");
    assertHas(done("du", "g/{1,2}.jpg"), "14 B 56 B 2 2 total");
    assertHas(done("stat", "g/[12].jpg"), "g/1.jpg version 1", "g/2.jpg version 1");
    assertEquals(1, run("ls", "g/*.gif").code());
    Said refused = run("delete", "g/*.jpg");
    assertEquals(2, refused.code(), refused::toString);
    assertTrue(refused.err().contains("3 files"), refused::toString);
    assertHas(done("delete", "g/*.png"), "1 files");
    assertHas(done("delete", "-r", "g/**/*.jpg"), "4 files with 4 versions");
    assertEquals(1, run("ls", "g").code());
  }

  @Test
  void duCountsReplicasAndSharedChunksOnceAndStatNamesEachChunksHolders() throws Exception {
    Path folder = Files.createDirectories(CLUSTER.scratch().resolve("small"));
    for (int i = 0; i < 50; i++) {
      Files.writeString(folder.resolve("f" + i), "x".repeat(1_000));
    }
    done("put", "-r", folder.toString(), "du/packed");
    byte[] large = new byte[9 << 20];
    new Random(3).nextBytes(large);
    Path file = Files.write(CLUSTER.scratch().resolve("large"), large);
    done("put", file.toString(), "du/large");
    assertHas(done("du", "du"), "50.0 kB 200.0 kB 50 50 du/packed/", "9.49 MB 37.9 MB 51 51 total");
    Said stat = done("stat", "du/large");
    assertEquals(1 + 1 + 3, stat.lines().size(), stat::toString);
    assertHas(stat, "9437184 bytes", "0 4194304", "2 ", "4 copies");
    Said json = done("stat", "du/large", "--json");
    assertEquals(3, json.lines().stream().filter(l -> l.contains("\"Extent\"")).count());
  }

  @Test
  void storeTellsWhatAMachineHoldsWholeAndWhatInPart() throws Exception {
    byte[] large = new byte[24 << 20];
    Path file = Files.write(CLUSTER.scratch().resolve("parts"), large);
    done("put", file.toString(), "parts/large");
    long whole = 0;
    for (Machine machine : CLUSTER.machines()) {
      Said store = done("store", machine.name());
      List<String> lines =
          store.lines().stream().filter(line -> line.contains("parts/large")).toList();
      assertEquals(1, lines.size(), store::toString);
      whole += lines.getFirst().contains("part:") ? 0 : 1;
      assertTrue(store.err().startsWith(machine.name() + " holds "), store::toString);
    }
    assertTrue(whole < 5, "4 copies of 6 chunks are not on all of 5 machines");
    assertEquals(1, run("store", "n99").code());
  }

  @Test
  void aFolderIsFetchedAsATreeAndOneFileToStdout() throws Exception {
    Path from = Files.createDirectories(CLUSTER.scratch().resolve("tree-up/sub/deep"));
    for (int i = 0; i < 60; i++) {
      Files.writeString(from.resolve("f" + i), "file " + i);
    }
    String longest = "n".repeat(250);
    Files.writeString(from.resolve(longest), "long");
    done("put", "-r", CLUSTER.scratch().resolve("tree-up").toString(), "up");
    Path into = CLUSTER.scratch().resolve("tree-down");
    Said got = done("get", "-r", "up", into.toString());
    assertHas(got, "61 files");
    assertEquals("file 7", Files.readString(into.resolve("sub/deep/f7")));
    assertEquals("long", Files.readString(into.resolve("sub/deep").resolve(longest)));
    Path some = CLUSTER.scratch().resolve("some");
    done("get", "-r", "up/sub/deep/f1?", some.toString());
    try (Stream<Path> files = Files.list(some)) {
      assertEquals(10, files.count());
    }
    Said out = done("get", "up/sub/deep/f3", "-");
    assertEquals("file 3", out.out());
    assertTrue(out.err().contains("version 1"), out::toString);
    put("up/versions", "one");
    put("up/versions", "two");
    Said versions = done("get-versions", "up/versions", "5", "-");
    assertHas(versions, "=== up/versions version 2 of 2, 3 bytes", "\ntwo\n", "\none\n");
    assertTrue(versions.err().contains("no more than 2 versions"), versions::toString);
    assertEquals("one", done("get", "up/versions", "-", "--version", "1").out());
    Files.createDirectories(some.resolve("f12-is-a-folder"));
    put("clash/a", "file");
    put("clash/a/b", "file below it");
    Said clash = run("get", "-r", "clash/", CLUSTER.scratch().resolve("clash").toString());
    assertEquals(1, clash.code(), clash::toString);
    assertTrue(clash.err().contains("clash/a"), clash::toString);
    assertHas(clash, "1 files failed");
  }

  @Test
  void withoutAMajorityReadsFailSoonAndStaleOnesSayWhatTheNodeKnows() throws Exception {
    put("last/words", "what was known");
    Client client = CLUSTER.client();
    Eventually.see(
        "last/words on four nodes",
        Cluster.SOON,
        () -> client.file(new FileName("last/words")).orElseThrow().versions().getLast().copies(),
        copies -> copies == 4);
    List<Machine> dead = new ArrayList<>();
    for (String name : List.of("n3", "n4", "n5")) {
      dead.add(CLUSTER.machine(name));
    }
    for (Machine machine : dead) {
      machine.signal("KILL");
    }
    for (Machine machine : dead) {
      machine.kill();
    }
    String both = CLUSTER.machine("n1").api() + "," + CLUSTER.machine("n2").api();
    for (String command : List.of("ls", "get last/words -", "stat last/words", "du", "store n1")) {
      for (String api : List.of(CLUSTER.machine("n2").api().toString(), both)) {
        Said failed = Cli.run(api, command.split(" ", -1));
        System.err.println(command + " without a majority: " + failed);
        assertEquals(1, failed.code(), () -> command + ": " + failed);
        assertTrue(failed.err().contains("3 of 5 voters"), () -> command + ": " + failed);
        assertTrue(failed.err().contains("n3, n4, n5"), () -> command + ": " + failed);
        assertTrue(failed.tookMs() < FAILS_WITHIN_MS, () -> command + ": " + failed);
      }
      List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
      words.add("--stale");
      Said stale = run(words.toArray(String[]::new));
      assertEquals(0, stale.code(), () -> command + ": " + stale);
      assertTrue(stale.err().contains("as the called node alone knows it"), stale::toString);
      assertTrue(stale.tookMs() < FAILS_WITHIN_MS, stale::toString);
    }
    assertEquals("what was known", run("get", "last/words", "-", "--stale").out());
    HttpResponse<byte[]> answer =
        Web.get(CLUSTER.machine("n1").api(), "/v1/files/last/words?stale=true");
    assertEquals(200, answer.statusCode());
    assertTrue(answer.headers().firstValueAsLong("Idunno-Stale-Ms").orElse(-1) > 0);
    long before = answer.headers().firstValueAsLong("Idunno-Stale-Ms").orElse(-1);
    long after =
        Web.get(CLUSTER.machine("n1").api(), "/v1/list?stale=true&shape=total")
            .headers()
            .firstValueAsLong("Idunno-Stale-Ms")
            .orElse(-1);
    assertTrue(after >= before, "the age went from " + before + " to " + after);
    CLUSTER.mend();
    assertEquals("what was known", done("get", "last/words", "-").out());
    CLUSTER.awaitState("n5", MemberState.ALIVE);
  }
}
