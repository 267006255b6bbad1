package idunno.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules of the house about the text of sources. Each rule proves itself on a bad sample. */
class TidyTest {
  private static final String MAIN = "core/src/main/java/idunno/core/base/Sample.java";
  private static final String TEST = "core/src/test/java/idunno/core/base/SampleTest.java";

  /** A rule, a text that breaks it and one that only seems to. */
  private record Checked(String name, TidyRule rule, SourceFile bad, SourceFile good) {}

  // The samples and patterns are written so that they do not break their own rule.
  private static final List<Checked> RULES =
      List.of(
          new Checked(
              "a file has at most 500 lines",
              new TidyRule.FileLength(500),
              main("\n".repeat(501)),
              main("\n".repeat(500))),
          new Checked(
              "a line has at most 100 columns",
              new TidyRule.LineWidth(100),
              main("x".repeat(101)),
              main(
                  "x".repeat(100)
                      + "\nimport "
                      + "x".repeat(101)
                      + "\n// https://"
                      + "x".repeat(99))),
          new Checked(
              "no tabs",
              banned("\t", "indent with 2 spaces; in a string write \\t", any -> true),
              main("\tint a;"),
              main("String tab = \"\\t\";")),
          new Checked(
              "no blanks at the end of a line",
              banned("[ \\t]+$", "end the line where its text ends", any -> true),
              main("int a; \nint b;"),
              main("int a;\n\nint b;")),
          new Checked(
              "no names that say nothing",
              banned(
                  "\\b(class|interface|record|enum)\\s+\\w*(Impl|Manager|Helper|Utils?)\\b",
                  "name the role it plays (a noun of the field), or the one thing that it does",
                  any -> true),
              main("final class ChunkMan" + "ager {"),
              main("final class Implication { // Manager")),
          new Checked(
              "nothing is left to do",
              banned("\\b(TO[D]O|FIX[M]E|XX[X])\\b", "do it now, or open an issue", any -> true),
              main("// TO" + "DO: later"),
              main("// todos are elsewhere")),
          new Checked(
              "tests do not sleep for luck",
              banned(
                  "\\bThread[.]sleep\\b|\\bTimeUnit[.]\\w+[.]sleep\\b",
                  "wait for the condition with a deadline (Eventually)",
                  file -> file.isTest() && !file.name().equals("Eventually.java")),
              new SourceFile(TEST, "Thread" + ".sleep(100);"),
              new SourceFile(
                  "node/src/test/java/idunno/node/Eventually.java", "Thread" + ".sleep(10);")),
          new Checked(
              "no Java serialization",
              banned(
                  "\\b(Object([I]n|[O]ut)putStream|(Serializ|Externaliz)[a]ble)\\b",
                  "write a record through the codec: Java's own format runs what a peer sends",
                  any -> true),
              main("import java.io.Serializ" + "able;"),
              main("// not serializ" + "able")),
          new Checked(
              "a package is its folder",
              new TidyRule.PackageIsFolder(),
              main("package idunno.core.bass;\n"),
              main("package idunno.core.base;\n")));

  @TestFactory
  Stream<DynamicTest> everySourceIsTidy() {
    List<SourceFile> files = SourceFile.all();
    return RULES.stream()
        .map(
            checked ->
                DynamicTest.dynamicTest(
                    checked.name(),
                    () -> {
                      List<String> broken =
                          files.stream().flatMap(f -> checked.rule().broken(f).stream()).toList();
                      if (!broken.isEmpty()) {
                        fail("\n" + String.join("\n", broken));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> everyRuleFindsItsBadSampleAndLetsTheGoodOnePass() {
    return RULES.stream()
        .map(
            checked ->
                DynamicTest.dynamicTest(
                    checked.name(),
                    () -> {
                      List<String> broken = checked.rule().broken(checked.bad());
                      assertEquals(1, broken.size(), broken::toString);
                      assertTrue(broken.getFirst().startsWith(checked.bad().path()));
                      assertEquals(List.of(), checked.rule().broken(checked.good()));
                    }));
  }

  @Test
  void theSourcesOfAllModulesAreSeen() {
    List<String> paths = SourceFile.all().stream().map(SourceFile::path).toList();
    for (String module : List.of("core/", "node/", "house/")) {
      assertFalse(paths.stream().noneMatch(path -> path.startsWith(module)), module);
    }
  }

  private static SourceFile main(String text) {
    return new SourceFile(MAIN, text);
  }

  private static TidyRule banned(String regex, String instead, Predicate<SourceFile> applies) {
    return new TidyRule.BannedText(Pattern.compile(regex), instead, applies);
  }
}
