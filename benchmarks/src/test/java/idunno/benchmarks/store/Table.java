package idunno.benchmarks.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What was measured, as Markdown. */
final class Table {
  private static final String NONE = "–";

  private final Workload load;
  private final List<Contestant> columns;
  private final Limits limits;
  private final StringBuilder text = new StringBuilder();

  private Table(Workload load, List<Contestant> columns, Limits limits) {
    this.load = load;
    this.columns = columns;
    this.limits = limits;
  }

  /**
   * Writes it.
   *
   * @param yardsticks the columns that all are divided by in the second part
   */
  static String of(
      Workload load, List<Contestant> columns, List<Contestant> yardsticks, Limits limits) {
    Table table = new Table(load, columns, limits);
    table.figures();
    yardsticks.forEach(table::ratios);
    table.limits();
    return table.text.toString();
  }

  private void row(String head, List<String> cells) {
    text.append("| ").append(head);
    cells.forEach(cell -> text.append(" | ").append(cell));
    text.append(" |\n");
  }

  private void head(String first, List<String> titles) {
    row(first, titles);
    List<String> line = new ArrayList<>();
    titles.forEach(title -> line.add("---:"));
    row("---", line);
  }

  private void figures() {
    List<String> titles = new ArrayList<>(columns.stream().map(Contestant::title).toList());
    titles.add("limit here");
    head("median (lowest to highest)", titles);
    for (Measure measure : Measure.values()) {
      figureRow(measure.title(load), measure, this::speed, limitOf(measure));
      if (measure.isOfManyFiles()) {
        figureRow(
            "— a file, p50 / p99, ms",
            measure,
            rounds ->
                number(Figure.median(rounds, figure -> figure.timing().p50Ms()))
                    + " / "
                    + number(Figure.median(rounds, figure -> figure.timing().p99Ms())),
            NONE);
      }
      figureRow(
          "— CPU-seconds, servers + client",
          measure,
          rounds ->
              number(Figure.median(rounds, Figure::serverCpuS))
                  + " + "
                  + number(Figure.median(rounds, Figure::clientCpuS)),
          NONE);
    }
    other("servers between their turns, % of a core", Contestant::restPercents);
    other("the machine's own speed before each turn", Contestant::calibrations);
    text.append('\n');
  }

  private void figureRow(
      String head, Measure measure, Function<List<Figure>, String> cell, String limit) {
    List<String> cells = new ArrayList<>();
    for (Contestant column : columns) {
      List<Figure> rounds = column.figures(measure);
      cells.add(rounds.isEmpty() ? NONE : cell.apply(rounds));
    }
    cells.add(limit);
    row(head, cells);
  }

  private void other(String head, Function<Contestant, List<Double>> numbers) {
    List<String> cells = new ArrayList<>();
    for (Contestant column : columns) {
      cells.add(range(numbers.apply(column)));
    }
    cells.add(NONE);
    row(head, cells);
  }

  private String speed(List<Figure> rounds) {
    return range(rounds.stream().map(Figure::perSecond).toList());
  }

  private static String range(List<Double> numbers) {
    if (numbers.isEmpty()) {
      return NONE;
    }
    double[] sorted = sorted(numbers);
    return "**%s** (%s to %s)"
        .formatted(
            number(sorted[sorted.length / 2]),
            number(sorted[0]),
            number(sorted[sorted.length - 1]));
  }

  private static double[] sorted(List<Double> numbers) {
    double[] sorted = numbers.stream().mapToDouble(each -> each).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  private String limitOf(Measure measure) {
    return switch (measure) {
      case PUT -> "%s, fsynced %s".formatted(median(Limit.PLAIN), median(Limit.SYNCED));
      case GET, DRAIN ->
          "cache %s, loopback %s".formatted(median(Limit.CACHE), median(Limit.LOOPBACK));
      case PUT_ALL ->
          "%s; fsynced: files %s, logs %s"
              .formatted(
                  median(Limit.FILES_PLAIN), median(Limit.FILES_SYNCED), median(Limit.LOG_GROUPED));
      case GET_ALL -> NONE;
    };
  }

  private String median(Limit limit) {
    List<Double> numbers = limits.figures(limit);
    return numbers.isEmpty() ? NONE : number(sorted(numbers)[numbers.size() / 2]);
  }

  private void ratios(Contestant yardstick) {
    head(
        "times %s (and its CPU-seconds)".formatted(yardstick.title()),
        columns.stream().map(Contestant::title).toList());
    for (Measure measure : Measure.values()) {
      List<String> cells = new ArrayList<>();
      for (Contestant column : columns) {
        Optional<Double> speed = ratio(column, yardstick, measure, Figure::perSecond);
        Optional<Double> cpu = ratio(column, yardstick, measure, Figure::cpuS);
        cells.add(
            speed.isEmpty() || cpu.isEmpty()
                ? NONE
                : String.format(Locale.ROOT, "**%.2f** (%.2f)", speed.get(), cpu.get()));
      }
      row(measure.title(load), cells);
    }
    text.append('\n');
  }

  private static Optional<Double> ratio(
      Contestant column, Contestant yardstick, Measure measure, ToDoubleFunction<Figure> number) {
    List<Figure> own = column.figures(measure);
    List<Figure> other = yardstick.figures(measure);
    return own.isEmpty() || other.isEmpty()
        ? Optional.empty()
        : Optional.of(Figure.median(own, number) / Figure.median(other, number));
  }

  private void limits() {
    head("the machine itself", List.of("median (lowest to highest)"));
    for (Limit limit : Limit.values()) {
      row(limit.title(), List.of(range(limits.figures(limit))));
    }
  }

  private static String number(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
