package idunno.node.shell;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Figures as people read them; the same in every locale. */
public final class Units {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
  private static final String[] SIZES = {"kB", "MB", "GB", "TB", "PB"};

  private Units() {}

  /** A length: {@code 812 B}, {@code 1.2 MB}; a kB is 1,000 bytes. */
  public static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double size = (double) bytes;
    int unit = -1;
    while (size >= 999.95 && unit < SIZES.length - 1) {
      size /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, size < 9.995 ? "%.2f %s" : "%.1f %s", size, SIZES[unit]);
  }

  /** A count: {@code 1,234}. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A span of whole milliseconds. */
  public static String span(long ms) {
    return span((double) ms);
  }

  /**
   * A span: {@code 340 ms}, {@code 12.3 s}, {@code 4 min 05 s}, {@code 2 h 10 min}, {@code 3 d}.
   */
  public static String span(double ms) {
    if (ms < 999.5) {
      return String.format(Locale.ROOT, ms < 9.95 ? "%.1f ms" : "%.0f ms", Math.max(0, ms));
    }
    if (ms < 59_950) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1e3);
    }
    long seconds = Math.round(ms / 1e3);
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    }
    long minutes = seconds / 60;
    return minutes < 48 * 60
        ? String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60)
        : minutes / 1440 + " d";
  }

  /** A rate: {@code 12.3/s}. */
  public static String rate(double perSecond) {
    return String.format(Locale.ROOT, "%.1f/s", perSecond);
  }

  /** A share of 1 as percent: {@code 1.25 %}; what isn't nothing never reads as nothing. */
  public static String share(double share) {
    if (share == 0) {
      return "0 %";
    }
    return share < 0.0001 ? "<0.01 %" : String.format(Locale.ROOT, "%.2f %%", share * 100);
  }

  /** A number with that many decimals. */
  public static String decimal(double number, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }

  /** A moment by this machine's clock and zone, with its date unless it is today's. */
  public static String moment(long ms) {
    ZonedDateTime time = Instant.ofEpochMilli(ms).atZone(ZoneId.systemDefault());
    return time.toLocalDate().equals(LocalDate.now(ZoneId.systemDefault()))
        ? CLOCK.format(time)
        : DATE.format(time);
  }
}
