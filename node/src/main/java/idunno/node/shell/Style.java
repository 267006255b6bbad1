package idunno.node.shell;

import java.io.Console;
import java.util.Map;

/**
 * How text is dressed: for eyes at a terminal, or plainly.
 *
 * @param colours whether colours are written
 * @param live whether a line may be drawn over by the next one, as a progress bar is
 */
public record Style(boolean colours, boolean live) {
  /** For files, pipes and programs. */
  public static final Style PLAIN = new Style(false, false);

  private static final String ESCAPE = "\u001b[";

  /**
   * Colours on a terminal, unless the user said no: {@code NO_COLOR} (https://no-color.org: any
   * value that is not empty) or a terminal that calls itself dumb.
   */
  // Error Prone has JDK 22 to 24 in mind; since 25 there is no console again without a terminal.
  @SuppressWarnings("SystemConsoleNull")
  public static Style of(Map<String, String> environment) {
    if (environment.getOrDefault("TERM", "dumb").equals("dumb")) {
      return PLAIN;
    }
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    return new Style(terminal && environment.getOrDefault("NO_COLOR", "").isEmpty(), terminal);
  }

  /** For what the eye should find first. */
  public String strong(String text) {
    return dress("1", text);
  }

  /** For what can be typed. */
  public String typed(String text) {
    return dress("36", text);
  }

  /** For what may be skipped. */
  public String faint(String text) {
    return dress("2", text);
  }

  /** For what is well. */
  public String good(String text) {
    return dress("32", text);
  }

  /** For what may become a trouble. */
  public String doubtful(String text) {
    return dress("33", text);
  }

  /** For what went wrong. */
  public String bad(String text) {
    return dress("31", text);
  }

  /**
   * Text that comes from elsewhere, with its control characters made visible: they could steer a
   * terminal. (JSON has the text as it is.)
   */
  public static String foreign(String text) {
    if (text.chars().noneMatch(Style::steers)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            point -> {
              if (steers(point)) {
                shown.append(String.format("\\u%04x", point));
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }

  private static boolean steers(int point) {
    return Character.isISOControl(point) && point != '\t';
  }

  private String dress(String code, String text) {
    return colours ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }
}
