package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.demo.LocalCluster.Machine;
import idunno.node.shell.Commands;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.Http;
import idunno.node.workbench.Workbench;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/**
 * A session with every classic command, as a transcript that a person can read: {@code
 * transcript.txt}. What changes from run to run is masked. {@code -Dtranscript=write} writes it
 * anew; the reviewer reads the difference.
 */
class TranscriptIT {
  private static final int NODES = 4;
  private static final String RESOURCE = "src/test/resources/transcript.txt";

  @RegisterExtension static final Cluster CLUSTER = new Cluster(NODES, "--slots", "1");

  private static final String LABELS =
      """
      # picture\tclass
      0000-no-picture.png\t3
      00001.png\tclass-6
      00002.png\t4
      elsewhere.png\t4
      """;

  private final StringBuilder transcript = new StringBuilder();

  @Test
  void everyClassicCommandDoesWhatItSays() throws Exception {
    Path scratch = CLUSTER.scratch();
    Path model = new Network(2).write(scratch.resolve("tiny"), "tiny");
    Path pictures = Pictures.write(scratch.resolve("pictures"), 40);
    Files.writeString(pictures.resolve("0000-no-picture.png"), "this is no picture\n");
    Path note = scratch.resolve("note.txt");
    Path back = scratch.resolve("back.txt");

    title("The group");
    run("list_mem");
    run("1");
    run("list_self");
    run("list_master");

    title("Files");
    Files.writeString(note, "first\n");
    run("put", note.toString(), "notes/today.txt");
    Files.writeString(note, "second, longer\n");
    run("7", note.toString(), "notes/today.txt");
    run("get", "notes/today.txt", back.toString());
    assertEquals("second, longer\n", Files.readString(back));
    run("ls", "notes/today.txt");
    run("get-versions", "notes/today.txt", "2", back.toString());
    transcript.append(masked(Files.readString(back)));
    run("put", "-r", pictures.toString(), "pictures");
    run("store");
    run("delete", "notes/today.txt");
    run("get", "notes/today.txt", back.toString());

    title("Models and jobs");
    run("model", "add", "tiny", model.toString());
    run("model", "add", "tiny", model.toString());
    run("model", "ls", "--all");
    run("train", "tiny");
    run("model", "show", "tiny");
    run("c3", "tiny", "5");
    run("inference", "0", "40", "tiny", "--dataset", "pictures", "--wait");
    run("c4", "--lines", "3");
    run("jobs");
    run("job", "1");
    run("pause", "1");
    run("resume", "7");
    run("fair");
    run("fair", "even");
    run("fair", "rate");
    run("phase");
    run("phase", "inference");
    run("c1");
    run("c2");
    run("cvm");
    run("cq");
    run("inference", "0", "41", "tiny");
    run("ls", "results/job-1.jsonl");
    run("retry-failed", "1", "--wait");
    run("job", "1");
    run("cq", "1");
    run("inference", "0", "4", "tiny@1", "--wait");
    Path labels = Files.writeString(scratch.resolve("labels.tsv"), LABELS);
    run("model", "test", "tiny", "pictures", "--labels", labels.toString());
    run("model", "rm", "tiny@1");
    run("inference", "0", "4", "tiny@1");
    run("model", "ls");
    run("model", "catalogue");

    title("Logs");
    run("grep", "--count", "batch-started batch=1/0 ");
    run("grep", "job-(received|completed) job=1 ");

    title("Leaving and coming back");
    Machine n4 = CLUSTER.machine("n4");
    run("--api", n4.api().toString(), "leave");
    run("list_mem");
    run("--api", n4.api().toString(), "join", CLUSTER.machine("n1").api().toString());
    run("list_mem");

    title("Mistakes");
    run("lst_mem");
    run("put", "only-one-word");
    run("get", "../../etc/passwd", back.toString());
    compare();

    everyListAndStatisticAnswersInJson();
  }

  @Test
  void theSameCommandsWorkThroughAPipe() throws Exception {
    Path out = CLUSTER.scratch().resolve("piped.out");
    List<String> command = new ArrayList<>(Program.node());
    command.addAll(List.of("shell", "--api", CLUSTER.machine("n1").api().toString()));
    Process shell =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var in = shell.getOutputStream()) {
      in.write("list_self\n5\nlist_self --json\n".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(0, shell.waitFor());
    String said = Files.readString(out);
    assertTrue(said.contains("n1#1"), said);
    assertTrue(said.contains("\"cluster\""), said);
  }

  private static void everyListAndStatisticAnswersInJson() {
    for (String command :
        List.of(
            "list_mem",
            "list_self",
            "list_master",
            "ls",
            "store",
            "model ls",
            "model show tiny",
            "model catalogue",
            "jobs",
            "job 1",
            "phase",
            "fair",
            "c1",
            "c2 --parts",
            "cvm",
            "cq",
            "grep admitted")) {
      List<String> words = new ArrayList<>(List.of(command.split(" ")));
      words.add("--json");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      assertEquals(0, execute(words, out, err), () -> command + ": " + err);
      MappingIterator<JsonNode> documents =
          new JsonMapper().readerFor(JsonNode.class).readValues(out.toByteArray());
      assertTrue(documents.readAll().size() >= 1, command);
    }
  }

  private void title(String text) {
    transcript.append("\n## ").append(text).append("\n\n");
  }

  /** Runs a command as the program does, and writes down all that it prints. */
  private void run(String... words) throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    int code = execute(List.of(words), both, both);
    transcript.append(masked("> " + String.join(" ", words) + "\n"));
    transcript.append(masked(both.toString(StandardCharsets.UTF_8)));
    if (code != 0) {
      transcript.append("[exit ").append(code).append("]\n");
    }
    transcript.append('\n');
  }

  private static int execute(List<String> words, OutputStream out, OutputStream err) {
    Map<String, String> environment = Map.of("IDUNNO_API", CLUSTER.machine("n1").api().toString());
    List<idunno.node.shell.Command> commands = new ArrayList<>(Commands.all());
    commands.addAll(Workbench.commands());
    try (Session session =
        new Session(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Style.PLAIN,
            environment,
            Http::client)) {
      return new idunno.node.shell.Program(commands, "test").run(words, session);
    }
  }

  private static String masked(String text) throws IOException {
    return Mask.of(text, CLUSTER.machines(), CLUSTER.scratch());
  }

  private void compare() throws IOException {
    Path expected = Program.home().resolve("system-tests").resolve(RESOURCE);
    if ("write".equals(System.getProperty("transcript"))) {
      Files.createDirectories(expected.getParent());
      Files.writeString(expected, transcript);
    }
    assertEquals(Files.readString(expected), transcript.toString());
  }
}
