package idunno.node.shell;

import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of a job's results, as people read it.
 *
 * @param status {@code ok} or {@code failed}
 * @param top the best guesses, best first, where it is ok
 * @param reason what is wrong with the picture, where it failed
 */
record ResultLine(
    long query, String file, String status, @Nullable List<Top> top, @Nullable String reason) {
  /** A guess: its label and its probability, 0 to 1. */
  record Top(String label, double score) {}

  private static final int SHOWN = 3;

  /** A line for people; a line of another shape is shown as it is. */
  static String shown(String json, Style style) {
    try {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      return Codec.json().decode(bytes, ResultLine.class).shown(style);
    } catch (BadMessage e) {
      return Style.foreign(json);
    }
  }

  private String shown(Style style) {
    String which = "%6d  %-32s  ".formatted(query, Style.foreign(file));
    if (top == null || top.isEmpty()) {
      return which + style.bad(status) + ": " + Style.foreign(reason == null ? "" : reason);
    }
    StringBuilder line = new StringBuilder(which);
    for (int i = 0; i < Math.min(SHOWN, top.size()); i++) {
      Top guess = top.get(i);
      String label = Style.foreign(guess.label());
      String text = String.format(Locale.ROOT, "%5.2f %% %s", guess.score() * 100, label);
      line.append(i == 0 ? style.strong(text) : "   " + style.faint(text));
    }
    return line.toString();
  }
}
