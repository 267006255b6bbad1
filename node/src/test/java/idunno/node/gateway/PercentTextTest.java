package idunno.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PercentTextTest {
  @Test
  void whatWasEncodedComesBack() {
    for (String text : List.of("", "a", "a b", "100%", "日本/写真", "é", "😀", "a+b", "\u0000\n")) {
      String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8);
      assertEquals(text, PercentText.ofQuery(encoded));
      assertEquals(text, PercentText.ofPath(encoded.replace("+", "%20")));
    }
    assertEquals("a+b", PercentText.ofPath("a+b"));
    assertEquals("日本", PercentText.ofPath("日本"));
  }

  @Test
  void whatIsNoTextIsRefused() {
    for (String bad :
        List.of(
            "%",
            "%4", "%ZZ", "%-1", "a%", "%ff", "%C0%AF", "%E6%97", "%ED%A0%80", "%F5%80%80%80")) {
      assertThrows(IllegalArgumentException.class, () -> PercentText.ofPath(bad), bad);
      assertThrows(IllegalArgumentException.class, () -> PercentText.ofQuery(bad), bad);
    }
  }
}
