package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import idunno.node.demo.LocalCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, laid out as in an unpacked archive: the script, the jar, and the libraries. */
class LauncherIT {
  // As sched(7) numbers them, and where proc_pid_stat(5) has them.
  private static final int SCHED_BATCH = 3;
  private static final int SCHED_IDLE = 5;
  private static final int FIELD_POLICY = 41;

  private static final String NOBODY = "127.0.0.1:1";

  @TempDir static Path folder = Path.of("");

  @BeforeAll
  static void unpack() throws IOException {
    Path target = Program.home().resolve("node/target");
    Files.copy(Program.home().resolve("idunno"), folder.resolve("idunno"));
    Files.copy(target.resolve("idunno-node.jar"), folder.resolve("idunno-node.jar"));
    Files.createSymbolicLink(folder.resolve("lib"), target.resolve("lib"));
  }

  private record Ended(int code, String out, String err) {}

  private static Ended run(Path script, Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(words));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Ended(code, Files.readString(out), Files.readString(err));
  }

  private static Ended idunno(String... words) throws IOException, InterruptedException {
    return run(
        folder.resolve("idunno"), Map.of("JAVA_HOME", System.getProperty("java.home")), words);
  }

  @Test
  void versionPrintsTheVersion() throws Exception {
    Ended ended = idunno("--version");
    assertEquals(0, ended.code(), ended::err);
    assertTrue(ended.out().matches("(?s).*\\d+\\.\\d+\\.\\d+.*"), ended::out);
    assertEquals("", ended.err());
  }

  @Test
  void aloneItPrintsTheHelp() throws Exception {
    Ended ended = idunno();
    assertEquals(0, ended.code(), ended::err);
    assertTrue(ended.out().contains("start"), ended::out);
    assertTrue(ended.out().contains("put"), ended::out);
  }

  @Test
  void wrongUsageEndsWithTwoAndSaysWhatIsRight() throws Exception {
    for (List<String> words :
        List.of(
            List.of("no-such-command"),
            List.of("put"),
            List.of("put", "--no-such-option", "a", "b"),
            List.of("start", "--name", "not a name"),
            List.of("inference", "ten", "20", "model"))) {
      Ended ended = idunno(words.toArray(String[]::new));
      assertEquals(2, ended.code(), () -> words + ": " + ended);
      assertEquals("", ended.out(), words::toString);
      assertTrue(!ended.err().isBlank(), words::toString);
    }
  }

  @Test
  void nobodyToTalkToEndsWithOneAndSaysWhatToDo() throws Exception {
    Ended ended = idunno("list_mem", "--api", NOBODY);
    assertEquals(1, ended.code(), ended::toString);
    assertTrue(ended.err().contains("./idunno start"), ended::err);
  }

  @Test
  void withoutAJdkItSaysHowToGetOne() throws Exception {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        List.of(
            "sh",
            "dirname",
            "basename",
            "readlink",
            "cat",
            "find",
            "head",
            "cksum",
            "cut",
            "mkdir",
            "rm",
            "sleep",
            "uname")) {
      for (Path place : List.of(Path.of("/bin"), Path.of("/usr/bin"))) {
        if (Files.exists(place.resolve(tool)) && Files.notExists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), place.resolve(tool));
        }
      }
    }
    // The same script, looking for JDKs beneath an empty folder in place of this machine's root.
    String script = Files.readString(folder.resolve("idunno"), StandardCharsets.UTF_8);
    Path rootless = folder.resolve("rootless");
    Files.writeString(
        rootless,
        script.replaceAll("(?<![\\w\\\"}./])/(usr|opt|Library)/", "/nowhere/"),
        StandardCharsets.UTF_8);
    Ended ended =
        run(
            rootless,
            Map.of("JAVA_HOME", "", "PATH", tools.toString(), "HOME", tools.toString()),
            "--version");
    assertEquals(1, ended.code(), ended::toString);
    assertEquals("", ended.out());
    assertTrue(ended.err().contains("needs a JDK 25 or newer and found none"), ended::err);
    assertTrue(ended.err().contains("adoptium.net"), ended::err);
  }

  @Test
  void whatWakesInANodeWaitsForItsTurn() throws Exception {
    assumeTrue(canSchedule(), "this system has no chrt");
    assertEquals(Set.of(SCHED_BATCH), policiesOfANode("batch", List.of()));
  }

  @Test
  void howANodeIsToBeScheduledIsTheUsersChoice() throws Exception {
    assumeTrue(canSchedule(), "this system has no chrt");
    assertEquals(Set.of(SCHED_IDLE), policiesOfANode("idle", List.of("chrt", "-i", "0")));
  }

  /** Whatever the user's nodes are told to do. */
  @Test
  void aNodesRehearsalComesToItsEnd() throws Exception {
    List<String> command = new ArrayList<>(Program.node());
    Path play = Files.createDirectories(folder.resolve("play"));
    command.addAll(List.of("--rehearse-node", play.toString()));
    Path said = folder.resolve("said");
    ProcessBuilder rehearsal =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    rehearsal.environment().putAll(Map.of("IDUNNO_JOIN", NOBODY, "IDUNNO_BIND", "192.0.2.1"));
    assertEquals(0, rehearsal.start().waitFor(), Files.readString(said));
  }

  @Test
  void aNodeStartsFromWhatWasRehearsed() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")), "this system shows no process's files");
    try (LocalCluster one = startANode("rehearsed", List.of())) {
      List<Path> left;
      try (Stream<Path> files = Files.list(folder)) {
        left = files.filter(file -> file.toString().contains("idunno-node-")).toList();
      }
      assertEquals(1, left.size(), left::toString);
      Path cache = left.getFirst();
      assertTrue(Files.size(cache) > 0, () -> "Java made nothing of the rehearsal: " + cache);
      long pid = one.machines().getFirst().pid();
      String mapped = Files.readString(Path.of("/proc", Long.toString(pid), "maps"));
      assertTrue(mapped.contains(cache.toRealPath().toString()), () -> cache + " isn't used");
    }
  }

  private static LocalCluster startANode(String name, List<String> before)
      throws IOException, InterruptedException {
    List<String> program = new ArrayList<>(before);
    program.addAll(List.of("/bin/sh", folder.resolve("idunno").toString()));
    return LocalCluster.start(program, folder.resolve(name), 1, List.of("--slots", "1"));
  }

  private static boolean canSchedule() {
    return Stream.of("/bin/chrt", "/usr/bin/chrt").anyMatch(file -> Files.exists(Path.of(file)));
  }

  /** Starts a node and ends it. {@return how the system schedules its threads} */
  private static Set<Integer> policiesOfANode(String name, List<String> before)
      throws IOException, InterruptedException {
    Set<Integer> policies = new HashSet<>();
    try (LocalCluster one = startANode(name, before)) {
      Path tasks = Path.of("/proc", Long.toString(one.machines().getFirst().pid()), "task");
      try (Stream<Path> threads = Files.list(tasks)) {
        for (Path thread : threads.toList()) {
          policy(thread).ifPresent(policies::add);
        }
      }
    }
    return policies;
  }

  /** Nothing if it has ended. */
  private static OptionalInt policy(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      String fromTheThird = stat.substring(stat.lastIndexOf(')') + 2);
      return OptionalInt.of(Integer.parseInt(fromTheThird.split(" ", -1)[FIELD_POLICY - 3]));
    } catch (IOException e) {
      return OptionalInt.empty();
    }
  }
}
