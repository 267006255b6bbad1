package idunno.node.demo;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.coordinator.Report.Running;
import idunno.core.jobs.JobState;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.node.shell.Style;
import idunno.node.shell.Units;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The jobs as they run: drawn over and over on a terminal, a plain line every few seconds
 * elsewhere.
 */
final class LiveView {
  private static final int BAR_COLUMNS = 30;
  private static final long SAY_EVERY_MS = 3_000;
  private static final int MAX_COLUMNS = 100;

  private final PrintStream err;
  private final Style style;
  private int drawnLines;
  private long saidNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(SAY_EVERY_MS);

  LiveView(PrintStream err, Style style) {
    this.err = err;
    this.style = style;
  }

  /** Shows a report. */
  void show(Report report) {
    if (style.live()) {
      draw(report);
    } else if (System.nanoTime() - saidNanos >= TimeUnit.MILLISECONDS.toNanos(SAY_EVERY_MS)) {
      saidNanos = System.nanoTime();
      err.println(line(report));
    }
  }

  /** Prints a line that stays, above what is drawn. */
  void say(String line) {
    erase();
    err.println(line);
    err.flush();
  }

  /** Takes away what is drawn. */
  void erase() {
    if (drawnLines > 0) {
      err.print("\u001b[" + drawnLines + "A\r\u001b[J");
      err.flush();
      drawnLines = 0;
    }
  }

  private void draw(Report report) {
    List<String> lines = new ArrayList<>();
    for (JobReport job : report.jobs()) {
      long asked = job.spec().range().size();
      int full = (int) (BAR_COLUMNS * job.finished() / asked);
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-16s %s%s %4d of %d  %s",
              job.spec().model().name(),
              style.good("━".repeat(full)),
              style.faint("─".repeat(BAR_COLUMNS - full)),
              job.finished(),
              asked,
              job.state() == JobState.DONE ? style.good("done") : Units.rate(job.rate())));
    }
    for (Member member : report.members()) {
      lines.add("  " + machine(report, member));
    }
    erase();
    lines.forEach(err::println);
    err.flush();
    drawnLines = lines.size();
  }

  private String machine(Report report, Member member) {
    String name = String.format(Locale.ROOT, "%-6s", member.id());
    if (member.state() == MemberState.FAILED || member.state() == MemberState.LEFT) {
      return name + style.bad(member.state().name().toLowerCase(Locale.ROOT));
    }
    StringBuilder text = new StringBuilder();
    for (JobReport job : report.jobs()) {
      for (Running one : job.running()) {
        if (one.running() && one.node().equals(member.id())) {
          text.append(text.isEmpty() ? "" : ", ")
              .append(job.spec().model().name())
              .append(' ')
              .append(one.queries().start())
              .append("..")
              .append(one.queries().end());
        }
      }
    }
    String runs = text.isEmpty() ? "idle" : text.toString();
    String cut = runs.length() > MAX_COLUMNS ? runs.substring(0, MAX_COLUMNS) : runs;
    return name
        + (member.state() == MemberState.SUSPECT ? style.doubtful("suspect ") : "")
        + (text.isEmpty() ? style.faint(cut) : cut);
  }

  private static String line(Report report) {
    StringBuilder text = new StringBuilder("  ");
    for (JobReport job : report.jobs()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s %d/%d (%s)   ",
              job.spec().model().name(),
              job.finished(),
              job.spec().range().size(),
              Units.rate(job.rate())));
    }
    long alive =
        report.members().stream().filter(member -> member.state() == MemberState.ALIVE).count();
    return text.append(alive)
        .append(" of ")
        .append(report.members().size())
        .append(" nodes alive")
        .toString();
  }
}
