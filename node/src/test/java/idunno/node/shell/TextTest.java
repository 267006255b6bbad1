package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTest {
  private static final Style COLOURS = new Style(true, true);

  @Test
  void quotesAndBackslashesKeepBlanksTogetherAndRegularExpressionsWhole() {
    assertEquals(List.of("grep", "\\d+ a\\.b", "x"), Splitter.words(" grep '\\d+ a\\.b' x # y"));
    assertEquals(List.of("a b", "\\d", "c\"d", ""), Splitter.words("a\\ b \\d \"c\\\"d\" ''"));
    assertEquals(List.of("a#b"), Splitter.words("a#b"));
    assertEquals(List.of(), Splitter.words("  "));
    assertThrows(Usage.class, () -> Splitter.words("'open"));
  }

  @Test
  void nearWordsAreFoundByFewEditsOrABeginning() {
    List<String> words = List.of("list_mem", "list_self", "leave", "get", "get-versions", "1");
    assertEquals(List.of("list_mem"), Nearest.to("list_men", words).subList(0, 1));
    assertEquals(List.of("get"), Nearest.to("gte", words));
    assertEquals(List.of(), Nearest.to("xyzzy", words));
    assertEquals(1, Nearest.edits("ab", "ba"));
    assertEquals(3, Nearest.edits("", "abc"));
  }

  @Test
  void figuresReadAsPeopleReadThem() {
    assertEquals("812 B", Units.bytes(812));
    assertEquals("1.00 kB", Units.bytes(1_000));
    assertEquals("1.23 MB", Units.bytes(1_234_567));
    assertEquals("1.00 GB", Units.bytes(999_999_999));
    assertEquals("0.3 ms", Units.span(0.34));
    assertEquals("340 ms", Units.span(340));
    assertEquals("12.3 s", Units.span(12_345));
    assertEquals("4 min 05 s", Units.span(245_000));
    assertEquals("2 h 10 min", Units.span(7_800_000));
    assertEquals("0 %", Units.share(0));
    assertEquals("<0.01 %", Units.share(0.00001));
    assertEquals("1.25 %", Units.share(0.0125));
    assertEquals("1,234", Units.count(1234));
  }

  @Test
  void columnsAlignWhateverTheirColours() {
    Columns table = new Columns(COLOURS).words("NAME").figures("SIZE").words("STATE");
    table.row("n1", "7", COLOURS.good("alive"));
    table.row(COLOURS.strong("longer"), "1,234", "left");
    String plain = printed(table).replaceAll("\u001b\\[[0-9;]*m", "");
    assertEquals("NAME     SIZE  STATE\nn1          7  alive\nlonger  1,234  left\n", plain);
    assertThrows(IllegalArgumentException.class, () -> table.row("too few"));
  }

  private static String printed(Columns table) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    table.printTo(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void coloursEndWhereTheyBegan() {
    assertEquals("\u001b[1mx\u001b[0m", COLOURS.strong("x"));
    assertEquals("x", Style.PLAIN.strong("x"));
  }

  @Test
  void noColorIsObeyed() {
    assertFalse(Style.of(Map.of("NO_COLOR", "1", "TERM", "xterm")).colours());
  }

  @Test
  void whatComesFromElsewhereCannotSteerATerminal() {
    assertEquals("a\\u001b[2Jb\tc", Style.foreign("a\u001b[2Jb\tc"));
  }

  @Test
  void aBarThatWasDrawnIsTakenAway() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    try (ProgressLine line = new ProgressLine("put x", Units::bytes, stream, COLOURS)) {
      long deadline = System.nanoTime() + 10_000_000_000L;
      while (err.size() == 0 && System.nanoTime() < deadline) {
        line.moved(50, 100);
      }
    }
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains(" 50 %  50 B of 100 B"), text);
    assertTrue(text.endsWith("\r\u001b[K"), text);
  }
}
