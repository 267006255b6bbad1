package idunno.house;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A rule about the text of one source. */
sealed interface TidyRule {
  /**
   * Where the file breaks the rule.
   *
   * @return one line for each place: file, line number, what was found, what to write instead
   */
  List<String> broken(SourceFile file);

  /**
   * A text that no line may hold.
   *
   * @param banned what no line may hold
   * @param instead what to write in its place
   * @param applies the files that the rule is for
   */
  record BannedText(Pattern banned, String instead, Predicate<SourceFile> applies)
      implements TidyRule {
    @Override
    public List<String> broken(SourceFile file) {
      List<String> found = new ArrayList<>();
      if (applies.test(file)) {
        List<String> lines = file.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
          Matcher matcher = banned.matcher(lines.get(i));
          if (matcher.find()) {
            found.add(at(file, i, "found \"" + matcher.group() + "\": " + instead));
          }
        }
      }
      return found;
    }
  }

  /**
   * No line longer than this; imports and addresses cannot be broken and are let pass.
   *
   * @param columns the most Unicode characters of a line
   */
  record LineWidth(int columns) implements TidyRule {
    @Override
    public List<String> broken(SourceFile file) {
      List<String> found = new ArrayList<>();
      List<String> lines = file.text().lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        int length = line.codePointCount(0, line.length());
        if (length > columns && !line.startsWith("import ") && !line.matches(".*https?://.*")) {
          found.add(
              at(
                  file,
                  i,
                  length
                      + " columns, at most "
                      + columns
                      + ": break the line, or name a part of it"));
        }
      }
      return found;
    }
  }

  /**
   * No file longer than this.
   *
   * @param lines the most lines of a file
   */
  record FileLength(int lines) implements TidyRule {
    @Override
    public List<String> broken(SourceFile file) {
      long length = file.text().lines().count();
      return length <= lines
          ? List.of()
          : List.of(
              file.path()
                  + ": "
                  + length
                  + " lines, at most "
                  + lines
                  + ": find the second idea in it and give it a file of its own");
    }
  }

  /** A source lies in the folder that its package names. */
  record PackageIsFolder() implements TidyRule {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern FOLDER = Pattern.compile(".*?/src/\\w+/java/(.*)/[^/]+");

    @Override
    public List<String> broken(SourceFile file) {
      Matcher declared = PACKAGE.matcher(file.text());
      Matcher folder = FOLDER.matcher(file.path());
      String expected = folder.matches() ? folder.group(1).replace('/', '.') : "(none)";
      String found = declared.find() ? declared.group(1) : "(none)";
      return found.equals(expected)
          ? List.of()
          : List.of(
              file.path()
                  + ": package "
                  + found
                  + " in the folder of "
                  + expected
                  + ": move the file or mend the package");
    }
  }

  private static String at(SourceFile file, int index, String what) {
    return file.path() + ":" + (index + 1) + ": " + what;
  }
}
