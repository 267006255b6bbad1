package idunno.core.grep;

/**
 * One regular expression, asked of every machine's log.
 *
 * @param pattern RE2 syntax (linear time, whatever the pattern), 1 to 1,000 characters
 * @param maxLines how many matching lines each machine sends at most, 0 to 100,000; it counts all
 */
public record GrepQuery(String pattern, int maxLines) {
  /** How many lines a machine sends where nothing else is said. */
  public static final int DEFAULT_MAX_LINES = 10_000;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException saying what was expected and found
   */
  public GrepQuery {
    if (pattern.isEmpty() || pattern.length() > 1000) {
      throw new IllegalArgumentException(
          "pattern: expected 1 to 1000 characters, found " + pattern.length());
    }
    if (maxLines < 0 || maxLines > 100_000) {
      throw new IllegalArgumentException("lines: expected 0 to 100000, found " + maxLines);
    }
  }
}
