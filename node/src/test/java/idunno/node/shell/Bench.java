package idunno.node.shell;

import idunno.node.client.FakeApi;
import idunno.node.transport.Http;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The program with nothing real around it: a fake node, streams in memory. To be registered as an
 * extension: it ends with each test.
 */
final class Bench implements AfterEachCallback {
  final FakeApi api;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Command> more = new ArrayList<>();

  Bench() {
    try {
      api = new FakeApi();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds a command to the table. */
  Bench with(Command command) {
    more.add(command);
    return this;
  }

  Program program() {
    List<Command> all = new ArrayList<>(Commands.all());
    all.addAll(more);
    return new Program(all, "1.2.3");
  }

  /** Runs one command line. */
  int run(String... words) {
    return program().run(List.of(words), session(""));
  }

  /** Runs lines as if they were piped into the shell. */
  int shell(String lines) {
    return program().run(List.of("shell"), session(lines));
  }

  private Session session(String in) {
    out.reset();
    err.reset();
    return new Session(
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Style.PLAIN,
        Map.of("IDUNNO_API", api.address().toString()),
        Http::client);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    api.close();
  }
}
