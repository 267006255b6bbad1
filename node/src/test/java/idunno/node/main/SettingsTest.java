package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.shell.Action;
import idunno.node.shell.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int start(String... options) {
    List<String> words = new ArrayList<>(List.of("start", "--data"));
    words.add(folder.resolve("data").toString());
    words.addAll(List.of(options));
    return Main.run(
        words,
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Style.PLAIN);
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void an_amount_of_memory_has_a_unit() {
    assertEquals(512L << 20, Settings.bytesOf("512m").orElseThrow());
    assertEquals(4L << 30, Settings.bytesOf("4G").orElseThrow());
    for (String wrong : List.of("", "4", "g", "0g", "-1g", "4gb", "1234567k", "1.5g")) {
      assertTrue(Settings.bytesOf(wrong).isEmpty(), wrong);
    }
  }

  @Test
  void a_zone_is_a_label() {
    assertEquals(Action.USAGE, start("--zone", "rack 1/left"));
    assertTrue(said().contains("--zone: expected up to 64 letters"), said());
    assertEquals(Action.USAGE, start("--repair-mbps", "-1"));
    assertTrue(said().contains("--repair-mbps: expected a whole number, 0 to"), said());
  }

  @Test
  void a_device_that_does_not_exist_is_wrong_usage() {
    assertEquals(Action.USAGE, start("--device", "gpu"));
    assertTrue(said().contains("--device: expected auto, cpu or cuda:N"), said());
  }

  @Test
  void a_node_that_shall_run_on_a_card_and_can_t_does_not_start() {
    assertEquals(Action.FAILED, start("--device", "cuda:255"));
    assertTrue(said().contains("device cuda:255: "), said());
    assertTrue(Files.notExists(folder.resolve("data")), "it began all the same");
  }

  @Test
  void an_amount_that_is_none_is_wrong_usage() {
    assertEquals(Action.USAGE, start("--device", "cpu", "--model-memory", "much"));
    assertTrue(said().contains("--model-memory: expected an amount such as 512m or 4g"), said());
  }
}
