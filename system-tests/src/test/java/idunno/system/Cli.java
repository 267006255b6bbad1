package idunno.system;

import idunno.node.shell.Command;
import idunno.node.shell.Commands;
import idunno.node.shell.Program;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.Http;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program's commands as they are typed, run in this process against real nodes. */
final class Cli {
  /** What a command line came to. */
  record Said(int code, String out, String err, long tookMs) {
    List<String> lines() {
      return out.lines().map(String::strip).toList();
    }

    @Override
    public String toString() {
      return "exit " + code + " after " + tookMs + " ms\n" + out + "---\n" + err;
    }
  }

  private Cli() {}

  /** Runs one command. */
  static Said run(String api, String... words) {
    List<Command> commands = new ArrayList<>(Commands.all());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    long beganNanos = System.nanoTime();
    int code;
    try (Session session =
        new Session(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Style.PLAIN,
            Map.of("IDUNNO_API", api),
            Http::client)) {
      code = new Program(commands, "test").run(List.of(words), session);
    }
    return new Said(
        code,
        out.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos));
  }
}
