package idunno.node.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** A table of aligned columns: words to the left, figures to the right, two blanks between. */
public final class Columns {
  private static final Pattern DRESS = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final String GAP = "  ";
  private static final int FLOW_ROWS = 500;

  private final Style style;
  private final List<String> titles = new ArrayList<>();
  private final List<Boolean> toTheRight = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();
  private int[] widths = {};
  private boolean titled;

  Columns(Style style) {
    this.style = style;
  }

  /** Adds columns of words. */
  public Columns words(String... names) {
    return add(false, names);
  }

  /** Adds columns of figures. */
  public Columns figures(String... names) {
    return add(true, names);
  }

  private Columns add(boolean right, String... names) {
    for (String name : names) {
      titles.add(name);
      toTheRight.add(right);
    }
    return this;
  }

  /** Adds a row, one text a column; it may be dressed by a {@link Style}. */
  public void row(String... cells) {
    if (cells.length != titles.size()) {
      throw new IllegalArgumentException(
          "a row: expected " + titles.size() + " cells, found " + cells.length);
    }
    rows.add(List.of(cells));
  }

  /**
   * Prints what has gathered, if it is a few screens full: for tables that may be very long, whose
   * later rows may then be wider than their columns.
   */
  public void flowTo(PrintStream out) {
    if (rows.size() >= FLOW_ROWS) {
      printTo(out);
    }
  }

  /** Prints the table, or the rest of it; nothing but its titles where it has no rows. */
  public void printTo(PrintStream out) {
    widths = Arrays.copyOf(widths, titles.size());
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], width(titles.get(i)));
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    if (!titled) {
      out.println(style.faint(line(titles)));
      titled = true;
    }
    for (List<String> row : rows) {
      out.println(line(row));
    }
    rows.clear();
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      int blanks = widths[i] - width(cells.get(i));
      boolean right = toTheRight.get(i);
      line.append(i == 0 ? "" : GAP)
          .repeat(' ', right ? blanks : 0)
          .append(cells.get(i))
          .repeat(' ', right ? 0 : blanks);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String text) {
    String plain = text.indexOf('\u001b') < 0 ? text : DRESS.matcher(text).replaceAll("");
    return plain.codePointCount(0, plain.length());
  }
}
