package idunno.benchmarks.store;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One measurement.
 *
 * @param perSecond in the unit of its {@link Measure}
 * @param timing how long it took
 * @param serverCpuS CPU-seconds of all processes of the servers meanwhile
 * @param clientCpuS CPU-seconds of the client's
 */
record Figure(double perSecond, Timing timing, double serverCpuS, double clientCpuS) {
  double cpuS() {
    return serverCpuS + clientCpuS;
  }

  /** The median of one of its numbers over rounds; of an even number of them the upper. */
  static double median(List<Figure> rounds, ToDoubleFunction<Figure> number) {
    return at(rounds, number, rounds.size() / 2);
  }

  static double lowest(List<Figure> rounds, ToDoubleFunction<Figure> number) {
    return at(rounds, number, 0);
  }

  static double highest(List<Figure> rounds, ToDoubleFunction<Figure> number) {
    return at(rounds, number, rounds.size() - 1);
  }

  private static double at(List<Figure> rounds, ToDoubleFunction<Figure> number, int place) {
    return rounds.stream().mapToDouble(number).sorted().toArray()[place];
  }
}
