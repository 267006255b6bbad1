package idunno.benchmarks.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A fixed piece of arithmetic on all cores: it shows a slow phase of the machine. */
final class Calibration {
  private static final int STEPS = 200_000_000;
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private Calibration() {}

  /** How often a second all cores together can do it. */
  static double perSecond() throws InterruptedException {
    List<Callable<Double>> shares = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      shares.add(Calibration::add);
    }
    try (ExecutorService workers = Executors.newFixedThreadPool(THREADS)) {
      long begun = System.nanoTime();
      for (Future<Double> share : workers.invokeAll(shares)) {
        if (share.resultNow().isNaN()) {
          throw new IllegalStateException("not reached: the sum must be used");
        }
      }
      return THREADS / ((System.nanoTime() - begun) / 1e9);
    }
  }

  private static double add() {
    double sum = 1;
    for (int i = 0; i < STEPS; i++) {
      sum += sum * 1e-9;
    }
    return sum;
  }
}
