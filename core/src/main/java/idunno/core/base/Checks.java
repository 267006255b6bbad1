package idunno.core.base;

/** Small checks that several records share. */
public final class Checks {
  private static final int SHOWN_CHARACTERS = 80;

  private Checks() {}

  /**
   * The text between double quotes, cut after 80 characters, its control characters made visible,
   * so that a hostile name can neither flood nor steer a terminal or a log.
   */
  public static String quote(String text) {
    StringBuilder shown = new StringBuilder("\"");
    text.codePoints()
        .limit(SHOWN_CHARACTERS)
        .forEach(
            point -> {
              if (Character.isISOControl(point)) {
                shown.append(String.format("\\u%04x", point));
              } else {
                shown.appendCodePoint(point);
              }
            });
    if (text.codePointCount(0, text.length()) > SHOWN_CHARACTERS) {
      shown.append("...");
    }
    return shown.append('"').toString();
  }
}
