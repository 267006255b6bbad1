package idunno.core.simulation;

import idunno.core.coordinator.Happening;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the coordinator's steps take of a real processor. It is measured around them and told, and
 * nothing in the run depends on it.
 */
final class Load {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Timeline timeline;
  private final NavigableMap<Long, Long> nanosBySecond = new TreeMap<>();
  private final Map<String, Long> nanosByKind = new TreeMap<>();
  private long steps;
  private long beats;

  Load(Timeline timeline) {
    this.timeline = timeline;
  }

  /** What this thread has taken of a processor so far. */
  static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** A step of some coordinator took so long. */
  void took(Happening happening, long nanos) {
    steps++;
    if (happening instanceof Happening.BeatArrived) {
      beats++;
    }
    nanosBySecond.merge(timeline.nowMs() / 1_000, nanos, Long::sum);
    nanosByKind.merge(happening.getClass().getSimpleName(), nanos, Long::sum);
  }

  /** All of it so far. */
  Sum sum() {
    double seconds = timeline.nowMs() / 1e3;
    long nanos = nanosBySecond.values().stream().mapToLong(Long::longValue).sum();
    long most = nanosBySecond.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return new Sum(seconds, steps, beats, nanos / 1e9, most / 1e9, new TreeMap<>(nanosByKind));
  }

  /**
   * What the steps took together.
   *
   * @param simulatedSeconds how long the cluster has run, by its own clocks
   * @param steps how many steps there were
   * @param beats how many of them took in a worker's beat
   * @param cpuSeconds what they took of a real processor
   * @param mostInASecond what they took in the simulated second in which they took most
   * @param nanosByKind what they took, by what had happened
   */
  record Sum(
      double simulatedSeconds,
      long steps,
      long beats,
      double cpuSeconds,
      double mostInASecond,
      Map<String, Long> nanosByKind) {
    @Override
    public String toString() {
      StringBuilder kinds = new StringBuilder();
      nanosByKind.forEach(
          (kind, nanos) ->
              kinds.append(String.format(Locale.ROOT, " %s %.2f s", kind, nanos / 1e9)));
      return String.format(
          Locale.ROOT,
          "%.3f s of a processor per simulated second (%.2f s in the worst one), over %.0f s and"
              + " %d steps, %d of them beats:%s",
          cpuSeconds / simulatedSeconds,
          mostInASecond,
          simulatedSeconds,
          steps,
          beats,
          kinds);
    }
  }
}
