package idunno.node.shell;

import idunno.node.api.ResultLine;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** One line of a job's results, as people read it. */
final class ShownResult {
  private static final int SHOWN = 3;

  private ShownResult() {}

  /** A line for people; a line of another shape is shown as it is. */
  static String of(String json, Style style) {
    try {
      return of(
          Codec.json().decode(json.getBytes(StandardCharsets.UTF_8), ResultLine.class), style);
    } catch (BadMessage e) {
      return Style.foreign(json);
    }
  }

  private static String of(ResultLine result, Style style) {
    String which = "%6d  %-32s  ".formatted(result.query(), Style.foreign(result.file().value()));
    List<ResultLine.Top> top = result.top().orElse(List.of());
    if (top.isEmpty()) {
      return which
          + style.bad(Style.foreign(result.status()))
          + ": "
          + Style.foreign(result.reason().orElse("no reason given"));
    }
    StringBuilder line = new StringBuilder(which);
    for (int i = 0; i < Math.min(SHOWN, top.size()); i++) {
      ResultLine.Top guess = top.get(i);
      String label = Style.foreign(guess.label());
      String text = String.format(Locale.ROOT, "%5.2f %% %s", guess.score() * 100, label);
      line.append(i == 0 ? style.strong(text) : "   " + style.faint(text));
    }
    return line.toString();
  }
}
