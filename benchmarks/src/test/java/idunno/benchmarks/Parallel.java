package idunno.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work on all cores, and how much of it is done in a second. */
public final class Parallel {
  /** A thread for each core. */
  public static final int THREADS = Runtime.getRuntime().availableProcessors();

  private Parallel() {}

  /** One slice of it. */
  public interface Work {
    /** Does it. */
    void run(int slice) throws Exception;
  }

  /** Runs {@code count} pictures in slices on all threads; {@return pictures a second} */
  public static double rate(int count, Work work) throws Exception {
    int slices = count / RawNetwork.PICTURES;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Boolean>> each = new ArrayList<>();
      for (int i = 0; i < slices; i++) {
        int slice = i;
        each.add(
            () -> {
              work.run(slice);
              return true;
            });
      }
      long started = System.nanoTime();
      for (Future<Boolean> done : threads.invokeAll(each)) {
        done.get();
      }
      return slices * RawNetwork.PICTURES / ((System.nanoTime() - started) / 1e9);
    }
  }

  /** A fixed piece of arithmetic on all threads; {@return how often a second} */
  public static double additions() throws Exception {
    return rate(
        RawNetwork.PICTURES * 2 * THREADS,
        slice -> {
          double sum = slice;
          for (int i = 0; i < 50_000_000; i++) {
            sum += sum * 1e-9;
          }
          if (Double.isNaN(sum)) {
            throw new IllegalStateException("not reached: the sum must be used");
          }
        });
  }
}
