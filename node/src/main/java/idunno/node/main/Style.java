package idunno.node.main;

import java.io.Console;
import java.util.Map;

/**
 * How text is dressed: with terminal colours, or plainly.
 *
 * @param colours whether escape sequences are written
 */
record Style(boolean colours) {
  private static final String ESCAPE = "\u001b[";

  /**
   * Colours on a terminal, unless the user said no: {@code NO_COLOR} (https://no-color.org: any
   * value that is not empty) or a terminal that calls itself dumb.
   */
  // Error Prone has JDK 22 to 24 in mind; since 25 there is no console again without a terminal.
  @SuppressWarnings("SystemConsoleNull")
  static Style of(Map<String, String> environment) {
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()
        || environment.getOrDefault("TERM", "dumb").equals("dumb")) {
      return new Style(false);
    }
    Console console = System.console();
    return new Style(console != null && console.isTerminal());
  }

  /** For what the eye should find first. */
  String strong(String text) {
    return dress("1", text);
  }

  /** For what can be typed. */
  String typed(String text) {
    return dress("36", text);
  }

  /** For what may be skipped. */
  String faint(String text) {
    return dress("2", text);
  }

  private String dress(String code, String text) {
    return colours ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }
}
