package idunno.node.logs;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import idunno.core.grep.GrepQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The local half of grep: the lines of this node's log that match.
 *
 * <p>RE2 takes time linear in the text, whatever the pattern (Cox, "Regular expression matching can
 * be simple and fast", 2007). Linear in the pattern too, though: a thousand repetitions over a long
 * log are billions of steps, so there is a bound on the time as well.
 */
public final class LogGrep {
  private static final int MAX_SENT_CHARS = 4 << 20;

  /** Less than the asker waits, so that it hears why. */
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(25);

  private LogGrep() {}

  /** A line that matches, and its number over all files of the log, counted from 1. */
  public record Line(long number, String text) {}

  /**
   * What was found.
   *
   * @param lines the first lines that match, as many as were asked for and fit in one answer
   * @param matches how many lines match
   * @param scanned how many lines there are
   */
  public record Found(List<Line> lines, long matches, long scanned) {}

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException if it is not RE2 syntax, saying where
   */
  public static Pattern compile(String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "grep: expected a regular expression in RE2 syntax, found \""
              + pattern
              + "\" ("
              + e.getDescription()
              + ")",
          e);
    }
  }

  /**
   * Greps the log in a folder.
   *
   * @throws IOException if a file of the log can't be read, or the pattern takes too long
   */
  public static Found run(Path folder, GrepQuery query) throws IOException {
    Pattern pattern = compile(query.pattern());
    long startedNanos = System.nanoTime();
    List<Line> lines = new ArrayList<>();
    long matches = 0;
    long scanned = 0;
    long chars = 0;
    for (Path file : NodeLog.files(folder)) {
      try (InputStream in = Files.newInputStream(file);
          BufferedReader reader =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16)) {
        String text;
        while ((text = reader.readLine()) != null) {
          scanned++;
          if (System.nanoTime() - startedNanos > MOST_NANOS) {
            throw new IOException(
                "grep: gave up after "
                    + TimeUnit.NANOSECONDS.toSeconds(MOST_NANOS)
                    + " s at line "
                    + scanned
                    + "; ask with fewer repetitions");
          }
          if (pattern.matcher(text).find()) {
            matches++;
            if (lines.size() < query.maxLines() && chars + text.length() <= MAX_SENT_CHARS) {
              lines.add(new Line(scanned, text));
              chars += text.length();
            }
          }
        }
      }
    }
    return new Found(lines, matches, scanned);
  }
}
