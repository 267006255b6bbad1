package idunno.benchmarks.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CPU-seconds of processes, user and system, as Linux counts them. */
final class CpuTime {
  /** USER_HZ: what {@code /proc} counts in, on all of Linux's platforms. */
  private static final double TICKS_PER_SECOND = 100;

  /** Fields 14 to 17, utime, stime, cutime and cstime, counted after the name. */
  private static final int FIRST_FIELD = 11;

  private static final int LAST_FIELD = 14;

  /** Field 22, counted likewise. */
  private static final int START_FIELD = 19;

  private CpuTime() {}

  /** Whether this machine tells. */
  static boolean isKnown() {
    return Files.isReadable(Path.of("/proc/self/stat"));
  }

  /** All of them together, with their children that have ended. */
  static double seconds(List<Long> pids) throws IOException {
    long ticks = 0;
    for (long pid : pids) {
      String[] fields = fields(pid);
      for (int i = FIRST_FIELD; i <= LAST_FIELD; i++) {
        ticks += Long.parseLong(fields[i]);
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** When a process began; with its number it names one process and no later one. */
  static String start(long pid) throws IOException {
    return fields(pid)[START_FIELD];
  }

  /** The fields from the third on; the second is the name and may hold anything. */
  private static String[] fields(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }
}
