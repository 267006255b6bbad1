package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NamePatternTest {
  private static boolean fits(String pattern, String name) {
    return new NamePattern(pattern).fit(new FileName(name)) == name.length();
  }

  private static void assertFits(String pattern, String... names) {
    for (String name : names) {
      assertTrue(fits(pattern, name), pattern + " should fit " + name);
    }
  }

  private static void assertFitsNot(String pattern, String... names) {
    for (String name : names) {
      assertFalse(fits(pattern, name), pattern + " should not fit " + name);
    }
  }

  @Test
  void aStarAndAQuestionMarkStayWithinTheirSegment() {
    assertFits("photos/*.jpg", "photos/1.jpg", "photos/.jpg", "photos/a b.jpg");
    assertFitsNot("photos/*.jpg", "photos/1.png", "photos/a/1.jpg", "photos/1.jpg/x", "x/1.jpg");
    assertFits("a?c", "abc", "aüc", "a\uD83D\uDC3Cc");
    assertFitsNot("a?c", "ac", "abbc", "a/c");
    assertFits("*", "x");
    assertFitsNot("*", "x/y");
    assertFits("a**b", "ab", "axxb");
    assertFitsNot("a**b", "a/b");
  }

  @Test
  void twoStarsStandForAnyNumberOfSegments() {
    assertFits("**/x.jpg", "x.jpg", "a/x.jpg", "a/b/x.jpg");
    assertFitsNot("**/x.jpg", "ax.jpg", "a/x.jpgs");
    assertFits("a/**", "a/b", "a/b/c");
    assertFitsNot("a/**", "a", "ab/c");
    assertFits("a/**/z", "a/z", "a/b/z", "a/b/c/z");
    assertFitsNot("a/**/z", "az", "a/bz");
    assertFits("**", "a", "a/b");
  }

  @Test
  void bracketsAreOneCharacterOfThoseOrOfAllOthers() {
    assertFits("[a-c]1", "a1", "b1", "c1");
    assertFitsNot("[a-c]1", "d1", "1", "aa1");
    assertFits("[!a-c]1", "d1", "-1");
    assertFitsNot("[!a-c]1", "a1", "1");
    assertFits("[]x]", "]", "x");
    assertFits("[*?]", "*", "?");
    assertFitsNot("[*?]", "a");
    assertFitsNot("a[!x]b", "a/b");
    assertFits("[a-]", "-", "a");
  }

  @Test
  void bracesAreOneOfTheirTextsWhichMayBePatterns() {
    assertFits("p/*.{jpg,png}", "p/a.jpg", "p/b.png");
    assertFitsNot("p/*.{jpg,png}", "p/a.gif", "p/a.");
    assertFits("{a,b{c,d*}}x", "ax", "bcx", "bdx", "bdddx");
    assertFitsNot("{a,b{c,d*}}x", "bx", "x");
    assertFits("a{,b}", "a", "ab");
  }

  @Test
  void whatIsNeverClosedStandsForItself() {
    assertFits("a[b", "a[b");
    assertFits("a{b", "a{b");
    assertFits("a{b}", "a{b}");
    assertFits("{a,[b}", "a", "[b");
    assertFits("a{b,c", "a{b,c");
  }

  @Test
  void aFolderThatItFitsIsToldAsFarAsItGoes() {
    NamePattern pattern = new NamePattern("runs/*");
    assertEquals("runs/7".length(), pattern.fit(new FileName("runs/7/log/1")));
    assertEquals("runs/7".length(), pattern.fit(new FileName("runs/7")));
    assertEquals(-1, pattern.fit(new FileName("run/7")));
    assertEquals(3, new NamePattern("**/x").fit(new FileName("a/x/b")));
    assertEquals(7, new NamePattern("**/x").fit(new FileName("a/x/b/x")));
  }

  @Test
  void theBeginningOfAllThatFitIsKnown() {
    assertEquals("photos/2", new NamePattern("photos/2*").prefix());
    assertEquals("", new NamePattern("{a,b}").prefix());
    assertTrue(NamePattern.isPattern("a?"));
    assertFalse(NamePattern.isPattern("a-b (1).jpg"));
  }

  @Test
  void noPatternAndNoNameMakesItSlow() {
    List<String> hostile =
        List.of(
            "*a".repeat(127) + "b",
            "{a,a,aa}*".repeat(28),
            "**/".repeat(80) + "b",
            "{".repeat(120) + "a,".repeat(8) + "}".repeat(120),
            "{,a}".repeat(64));
    FileName name = new FileName("a".repeat(500) + "/" + "a".repeat(500) + "c");
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (String pattern : hostile) {
            for (int i = 0; i < 20; i++) {
              assertTrue(new NamePattern(pattern).fit(name) < name.value().length(), pattern);
            }
          }
        });
    assertThrows(IllegalArgumentException.class, () -> new NamePattern("a".repeat(257)));
    assertThrows(IllegalArgumentException.class, () -> new NamePattern(""));
  }

  /** Says the same by trying out everything, which takes for ever on long patterns only. */
  private static boolean tried(String pattern, String name) {
    if (pattern.isEmpty()) {
      return name.isEmpty();
    }
    if (pattern.equals("**")) {
      return !name.isEmpty();
    }
    if (pattern.startsWith("**/")) {
      String rest = pattern.substring(3);
      int slash = name.indexOf('/');
      return tried(rest, name) || (slash > 0 && tried(pattern, name.substring(slash + 1)));
    }
    char first = pattern.charAt(0);
    String rest = pattern.substring(1);
    if (first == '*') {
      return tried(rest, name)
          || (!name.isEmpty() && name.charAt(0) != '/' && tried(pattern, name.substring(1)));
    }
    if (first == '{') {
      int close = rest.indexOf('}');
      for (String one : rest.substring(0, close).split(",", -1)) {
        if (tried(one + rest.substring(close + 1), name)) {
          return true;
        }
      }
      return false;
    }
    if (name.isEmpty()) {
      return false;
    }
    boolean takes = first == '?' ? name.charAt(0) != '/' : first == name.charAt(0);
    return takes && tried(rest, name.substring(1));
  }

  @Test
  void itFitsWhatTryingEverythingFinds() {
    String[] parts = {"a", "b", "?", "*", "{a,bb}", "{,b}", "/", "/**/"};
    String[] letters = {"a", "b", "/"};
    int fitted = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      String pattern = made(random, parts, 6);
      String name = made(random, letters, 7);
      if (isName(pattern) && isName(name) && !pattern.matches(".*[^/]\\*\\*.*|.*\\*\\*[^/].*")) {
        boolean expected = tried(pattern, name);
        assertEquals(expected, fits(pattern, name), seed + ": " + pattern + " on " + name);
        fitted += expected ? 1 : 0;
      }
    }
    assertTrue(fitted > 200, "only " + fitted + " names fitted");
  }

  private static String made(Random random, String[] parts, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(most); i > 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  private static boolean isName(String text) {
    return !text.startsWith("/") && !text.endsWith("/") && !text.contains("//");
  }
}
