package idunno.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every source is formatted by google-java-format; {@code -Dformat=write} rewrites instead. */
class FormatTest {
  private static final String MEND =
      "./mvnw -q -B test -pl house -am -Dtest=FormatTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dformat=write";

  private static final Formatter FORMATTER = new Formatter();

  @Test
  void everySourceIsFormatted() throws IOException {
    List<SourceFile> unformatted =
        SourceFile.all().parallelStream().filter(file -> !isFormatted(file)).toList();
    if ("write".equals(System.getProperty("format"))) {
      for (SourceFile file : unformatted) {
        Files.writeString(SourceFile.ROOT.resolve(file.path()), formatted(file));
        System.out.println("formatted " + file.path());
      }
      return;
    }
    List<String> paths = unformatted.stream().map(SourceFile::path).toList();
    assertEquals(List.of(), paths, () -> "not formatted; mend with:\n  " + MEND + "\n");
  }

  @Test
  void aBadlyFormattedSourceIsFound() {
    assertFalse(isFormatted(new SourceFile("A.java", "class A{int a ;}\n")));
    assertFalse(isFormatted(new SourceFile("A.java", "import java.util.List;\n\nclass A {}\n")));
    assertTrue(isFormatted(new SourceFile("A.java", "class A {\n  int a;\n}\n")));
  }

  private static boolean isFormatted(SourceFile file) {
    return formatted(file).equals(file.text());
  }

  private static String formatted(SourceFile file) {
    try {
      return FORMATTER.formatSourceAndFixImports(file.text());
    } catch (FormatterException e) {
      throw new AssertionError(file.path() + " does not parse", e);
    }
  }
}
