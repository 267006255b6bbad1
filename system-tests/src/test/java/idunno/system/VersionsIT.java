package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.node.api.Views.DeletedFileView;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.client.Refused;
import idunno.node.codec.Codec;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Versions on five nodes: from the command line, and with many writers of one name at once. */
class VersionsIT {
  private static final int WRITERS = 200;
  private static final int ROUNDS = 15;
  private static final int RIVALS = 8;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(5, "--slots", "0");

  private record Ended(int code, String out, String err) {}

  /** Runs the program as a process of its own. */
  private static Ended idunno(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Program.node());
    command.addAll(List.of(words));
    command.addAll(List.of("--api", CLUSTER.machine("n2").api().toString()));
    Path out = CLUSTER.scratch().resolve("out");
    Path err = CLUSTER.scratch().resolve("err");
    int code =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    return new Ended(code, Files.readString(out), Files.readString(err));
  }

  private static void done(String expected, String... words) throws Exception {
    Ended ended = idunno(words);
    assertEquals(0, ended.code(), ended::err);
    assertTrue(
        ended.out().contains(expected), () -> "expected " + expected + " in: " + ended.out());
  }

  private static void failed(int code, String expected, String... words) throws Exception {
    Ended ended = idunno(words);
    assertEquals(code, ended.code(), ended::err);
    assertTrue(
        ended.err().contains(expected), () -> "expected " + expected + " in: " + ended.err());
  }

  private static Path local(String text) throws IOException {
    return Files.writeString(CLUSTER.scratch().resolve("note.txt"), text);
  }

  private static String content(String name) throws Exception {
    HttpResponse<byte[]> answer = Web.get(CLUSTER.machine("n5").api(), "/v1/files/" + name);
    assertEquals(200, answer.statusCode(), name);
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static List<Integer> numbers(String name) throws IOException {
    Optional<FileView> file = CLUSTER.client().file(new FileName(name));
    return file.map(found -> found.versions().stream().map(VersionView::number).toList())
        .orElse(List.of());
  }

  @Test
  void everyCommandOfVersionsDoesWhatItSaysFromTheCommandLine() throws Exception {
    String note = local("first").toString();
    done("version 1", "put", note, "cli/a", "--if-absent");
    failed(1, "cli/a: expected no such file, found version 1", "put", note, "cli/a", "--if-absent");
    local("second");
    done("version 2", "put", note, "cli/a", "--if-version", "1");
    failed(
        1,
        "cli/a: expected version 1, found version 2; get it, and put again over it",
        "put",
        note,
        "cli/a",
        "--if-version",
        "1");

    done("cli/a  deleted, 2 versions; undelete brings it back until", "delete", "cli/a");
    failed(1, "no file cli/a", "get", "cli/a", note);
    done("cli/a", "ls", "--deleted", "cli");
    done("cli/a  back, 2 versions", "undelete", "cli/a");
    failed(1, "nothing of cli/a can be had back", "undelete", "cli/a");
    assertEquals("second", content("cli/a"));

    done("cli/a  is now cli/b, 1 file, 2 versions", "mv", "cli/a", "cli/b");
    assertEquals(List.of(), numbers("cli/a"));
    assertEquals(List.of(1, 2), numbers("cli/b"));
    done("cli/b  is a copy of cli/b, version 3", "cp", "cli/b", "cli/b", "--version", "1");
    assertEquals("first", content("cli/b"));
    done("elsewhere  is a copy of cli, 1 file", "cp", "cli", "elsewhere");
    failed(1, "cli/b exists, its latest version is 3", "mv", "elsewhere/b", "cli/b");
    failed(1, "elsewhere is a folder", "mv", "cli/b", "elsewhere");
    done("elsewhere/b  is now cli/c/b", "mv", "elsewhere/b", "cli/c/");

    done(
        "cli  keeps the last 1 of each file; 2 versions of 1 file gone",
        "versions",
        "cli",
        "--keep",
        "1");
    done("cli", "versions");
    assertEquals(List.of(3), numbers("cli/b"));
    done("cli  has no limit of its own", "versions", "cli", "--keep", "0");
    done("cli/b  deleted, 1 version gone for good", "delete", "--now", "cli/b");
    failed(1, "nothing of cli/b can be had back", "undelete", "cli/b");
    failed(2, "expected a time such as", "delete", "cli/c/b", "--keep", "soon");
    Ended json = idunno("delete", "cli/c/b", "--keep", "1h", "--json");
    assertTrue(json.out().contains("\"untilMs\""), json::out);
  }

  @Test
  void twoHundredWritersOfOneNameMakeTwoHundredVersionsAndNoneIsLost() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Callable<PutView>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Machine machine = CLUSTER.machines().get(i % 5);
      byte[] text = ("writer " + i).getBytes(StandardCharsets.UTF_8);
      writers.add(
          () -> {
            start.await();
            HttpResponse<byte[]> answer =
                Web.send(machine.api(), "PUT", "/v1/files/many/writers", text);
            assertEquals(200, answer.statusCode(), () -> Web.error(answer));
            return Codec.json().decode(answer.body(), PutView.class);
          });
    }
    List<PutView> puts = atOnce(writers, start);
    Map<Integer, String> acknowledged = new TreeMap<>();
    for (int i = 0; i < WRITERS; i++) {
      acknowledged.put(puts.get(i).version(), "writer " + i);
    }
    assertEquals(WRITERS, acknowledged.size(), "each writer has a number of its own");
    List<Integer> all = List.copyOf(acknowledged.keySet());
    assertEquals(1, all.getFirst());
    assertEquals(WRITERS, all.getLast());
    assertEquals(all, numbers("many/writers"));
    for (Map.Entry<Integer, String> one : acknowledged.entrySet()) {
      assertEquals(one.getValue(), content("many/writers?version=" + one.getKey()));
    }
  }

  @Test
  void ofWritersThatPutOverTheSameVersionExactlyOneWinsEachRound() throws Exception {
    FileName name = new FileName("contested");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      int over = round;
      CountDownLatch start = new CountDownLatch(1);
      List<Callable<String>> rivals = new ArrayList<>();
      for (int i = 0; i < RIVALS; i++) {
        String text = "round " + round + " rival " + i;
        Path local = Files.writeString(CLUSTER.scratch().resolve("rival-" + i), text);
        Client client = CLUSTER.client(CLUSTER.machines().get(random.nextInt(5)));
        rivals.add(
            () -> {
              start.await();
              try {
                PutView put = client.put(local, name, Optional.of(over), ByteProgress.SILENT);
                assertEquals(over + 1, put.version());
                return text;
              } catch (Refused e) {
                assertTrue(e.isConflict(), e::getMessage);
                return "";
              }
            });
      }
      List<String> winners =
          atOnce(rivals, start).stream().filter(text -> !text.isEmpty()).toList();
      assertEquals(1, winners.size(), "round " + round + ", seed " + seed + ": " + winners);
      assertEquals(winners.getFirst(), content("contested"));
    }
    assertEquals(ROUNDS, numbers("contested").size());
  }

  private static <T> List<T> atOnce(List<Callable<T>> all, CountDownLatch start) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> running = all.stream().map(threads::submit).toList();
      start.countDown();
      List<T> ended = new ArrayList<>();
      for (Future<T> one : running) {
        ended.add(one.get());
      }
      return ended;
    }
  }

  @Test
  void aDeletedFileKeepsItsSpaceUntilItsTimeHasComeAndComesBackWholeBeforeThat() throws Exception {
    byte[] bytes = new byte[6 << 20];
    new Random(7).nextBytes(bytes);
    Path local = Files.write(CLUSTER.scratch().resolve("large"), bytes);
    Client client = CLUSTER.client();
    FileName name = new FileName("large");
    client.put(local, name, ByteProgress.SILENT);
    client.delete(name);
    List<DeletedFileView> deleted = new ArrayList<>();
    client.deleted(Optional.of(name), deleted::add);
    assertEquals(1, deleted.size());
    assertEquals(bytes.length, deleted.getFirst().bytes());
    assertEquals(24 * 3_600_000L, deleted.getFirst().untilMs() - deleted.getFirst().deletedMs());
    client.undelete(name);
    Path back = CLUSTER.scratch().resolve("large.back");
    client.get(name, OptionalInt.empty(), back, ByteProgress.SILENT);
    assertEquals(-1, Files.mismatch(local, back));
  }

  @Test
  void whatIsDueIsReclaimedByTheCoordinatorWithoutBeingAsked() throws Exception {
    Client client = CLUSTER.client();
    Path local = local("soon gone");
    FileName name = new FileName("due/soon");
    client.put(local, name, ByteProgress.SILENT);
    client.delete(name, java.util.OptionalLong.of(1_000));
    Eventually.see(
        "nothing is kept of what was due",
        Cluster.SOON.plusSeconds(90),
        () -> {
          List<DeletedFileView> deleted = new ArrayList<>();
          client.deleted(Optional.of(name), deleted::add);
          return deleted.size();
        },
        kept -> kept == 0);
    assertEquals(2, client.put(local, name, ByteProgress.SILENT).version());
  }
}
