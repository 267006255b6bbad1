package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FileNameTest {
  @Test
  void hostileNamesAreRefused() {
    List<String> hostile =
        List.of(
            "",
            "/",
            "/etc/passwd",
            "photos/",
            "photos//1.jpg",
            ".",
            "..",
            "../secret",
            "photos/../../secret",
            "photos/..",
            "photos/./1.jpg",
            "a\\..\\b",
            "c:\\windows",
            "line\nbreak",
            "null\u0000byte",
            "escape\u001b[31m",
            "delete\u007f",
            "c1\u009bcontrol",
            "x".repeat(1_025),
            "é".repeat(513),
            "half\ud800pair",
            "\udc00");
    for (String name : hostile) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> new FileName(name), name);
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.startsWith("file name: expected "), message);
      assertTrue(
          message.length() < 300 && message.codePoints().noneMatch(Character::isISOControl),
          "the message neither floods nor steers the log: " + message);
    }
  }

  @Test
  void namesThatOnlyLookOddAreTaken() {
    List<String> odd =
        List.of(
            "...",
            "..a",
            "a..",
            ".hidden",
            "photos/7.jpg",
            "with space/and~tilde",
            "-rf",
            "Übung/日本/🐨.jpg",
            "x".repeat(1_024),
            "é".repeat(512));
    odd.forEach(name -> assertEquals(name, new FileName(name).value()));
  }

  @Test
  void aFolderIsTheBeginningOfANameUpToASlash() {
    FileName folder = new FileName("photos");
    assertTrue(new FileName("photos/7.jpg").isIn(folder));
    assertTrue(new FileName("photos/a/b").isIn(folder));
    assertFalse(new FileName("photos").isIn(folder));
    assertFalse(new FileName("photos2/7.jpg").isIn(folder));
    assertFalse(new FileName("old/photos/7.jpg").isIn(folder));
  }

  @Test
  void resolvingCannotLeaveTheFolder() {
    FileName folder = new FileName("photos");
    assertEquals(new FileName("photos/a/b"), folder.resolve("a/b"));
    for (String more : List.of("../x", "/x", "", "a/../../x")) {
      assertThrows(IllegalArgumentException.class, () -> folder.resolve(more), more);
    }
  }
}
