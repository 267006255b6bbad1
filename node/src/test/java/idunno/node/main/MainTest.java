package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.shell.Action;
import idunno.node.shell.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Main.run(
        List.of(args),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Style.PLAIN);
  }

  @Test
  void noWordPrintsTheHelpAndSucceeds() {
    assertEquals(Action.DONE, run());
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("Usage: ./idunno COMMAND"));
  }

  @Test
  void theVersionIsTold() {
    assertEquals(Action.DONE, run("--version"));
    assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("idunno "));
  }

  @Test
  void anUnknownWordIsNamedAndTheNextStepWithIt() {
    assertEquals(Action.USAGE, run("clasify"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("\"clasify\""));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("help"));
  }
}
