package idunno.node.shell;

import idunno.node.client.ByteProgress;
import java.io.Closeable;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * How far something is, how fast it goes and how long it has yet to go: a bar that is drawn over
 * and over on a terminal, and gone at the end; a plain line every five seconds elsewhere.
 */
public final class ProgressLine implements ByteProgress, Closeable {
  private static final int BAR_COLUMNS = 24;
  private static final long DRAW_EVERY_MS = 100;
  private static final long SAY_EVERY_MS = 5_000;
  private static final String ERASE = "\r\u001b[K";

  private final String title;
  private final LongFunction<String> unit;
  private final PrintStream err;
  private final Style style;
  private long beganNanos = System.nanoTime();
  private long shownNanos = beganNanos;
  private long last;
  private boolean drawn;

  ProgressLine(String title, LongFunction<String> unit, PrintStream err, Style style) {
    this.title = title;
    this.unit = unit;
    this.err = err;
    this.style = style;
  }

  @Override
  public synchronized void moved(long done, long total) {
    long now = System.nanoTime();
    if (done < last) {
      beganNanos = now;
    }
    last = done;
    long every = style.live() ? DRAW_EVERY_MS : SAY_EVERY_MS;
    if (TimeUnit.NANOSECONDS.toMillis(now - shownNanos) < every) {
      return;
    }
    shownNanos = now;
    double rate = done * 1e9 / Math.max(1, now - beganNanos);
    if (style.live()) {
      err.print(ERASE + text(done, total, rate));
      err.flush();
      drawn = true;
    } else {
      err.println(text(done, total, rate));
    }
  }

  private String text(long done, long total, double rate) {
    if (total <= 0) {
      return "%s  %s  %s/s".formatted(title, unit.apply(done), unit.apply(Math.round(rate)));
    }
    double share = Math.min(1, (double) done / total);
    int full = (int) Math.round(share * BAR_COLUMNS);
    String bar =
        style.live()
            ? style.good("━".repeat(full)) + style.faint("─".repeat(BAR_COLUMNS - full)) + "  "
            : "";
    String left =
        rate > 0 && done < total ? "  " + Units.span((total - done) / rate * 1e3) + " left" : "";
    return "%s  %s%3d %%  %s of %s  %s/s%s"
        .formatted(
            title,
            bar,
            (int) (share * 100),
            unit.apply(done),
            unit.apply(total),
            unit.apply(Math.round(rate)),
            left);
  }

  /** Takes the bar away. */
  @Override
  public synchronized void close() {
    if (drawn) {
      err.print(ERASE);
      err.flush();
      drawn = false;
    }
  }
}
