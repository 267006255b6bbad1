package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MainTest {
  private static final Style PLAIN = new Style(false);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Main.run(
        List.of(args),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        PLAIN);
  }

  @Test
  void noWordPrintsTheHelpAndSucceeds() {
    assertEquals(0, run());
    assertEquals(Help.text(PLAIN), out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void anUnknownWordIsNamedAndTheNextStepWithIt() {
    assertEquals(Main.USAGE, run("clasify"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("\"clasify\""));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("./idunno help"));
  }

  @Test
  void theHelpFitsAScreenOfEightyColumnsAndHasNoEscapesWhenPlain() {
    String text = Help.text(PLAIN);
    assertTrue(text.lines().allMatch(line -> line.length() <= 80), text);
    assertTrue(text.lines().count() <= 40, text);
    assertFalse(text.contains("\u001b"));
  }

  @Test
  void coloursEndWhereTheyBegan() {
    assertEquals("\u001b[1mx\u001b[0m", new Style(true).strong("x"));
  }

  @Test
  void noColorIsObeyed() {
    assertFalse(Style.of(Map.of("NO_COLOR", "1", "TERM", "xterm")).colours());
  }
}
