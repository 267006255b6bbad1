package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, laid out as in an unpacked archive: the script, the jar, and the libraries. */
class LauncherIT {
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
    Ended ended = idunno("list_mem", "--api", "127.0.0.1:1");
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
}
