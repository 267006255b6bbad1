package idunno.core.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** How evenly the jobs were served while nothing was disturbed and all of them ran. */
final class Rates {
  private static final long SETTLE_MS = 5_000;
  private static final long WINDOW_MS = 10_000;

  /** At a job's end all its batches are given out and the others have the machines. */
  private static final long TAIL_MS = 3_000;

  /** Fewer batches than this in a window, and their edges alone are more than a few percent. */
  private static final int FEWEST_BATCHES = 80;

  private final long quietFromMs;
  private final int[] weights;
  private final int[] batchSizes;
  private final List<Commit> commits = new ArrayList<>();
  private final List<Long> disturbances = new ArrayList<>();
  private long firstEndMs = Long.MAX_VALUE;
  private int submitted;

  private record Commit(long atMs, int job, int queries) {}

  /**
   * One window.
   *
   * @param fromMs its beginning
   * @param toMs its end
   * @param perWeight queries a second and unit of weight of each job
   */
  record Window(long fromMs, long toMs, List<Double> perWeight) {
    /** How much more the best served job got than the worst served one: 0.1 is 10 %. */
    double gap() {
      return Collections.max(perWeight) / Collections.min(perWeight) - 1;
    }

    @Override
    public String toString() {
      return fromMs + " to " + toMs + " ms, queries a second and weight: " + perWeight;
    }
  }

  Rates(Scenario scenario) {
    List<JobPlan> jobs = scenario.jobs();
    quietFromMs = scenario.quietFromMs();
    weights = jobs.stream().mapToInt(JobPlan::weight).toArray();
    batchSizes = jobs.stream().mapToInt(JobPlan::batchSize).toArray();
  }

  void submitted(long atMs) {
    submitted++;
    disturbed(atMs);
  }

  /** Something changed that the shares must settle after. */
  void disturbed(long atMs) {
    if (submitted == weights.length) {
      disturbances.add(atMs);
    }
  }

  void committed(long atMs, int job, int queries) {
    commits.add(new Commit(atMs, job, queries));
  }

  void ended(long atMs) {
    firstEndMs = Math.min(firstEndMs, atMs);
  }

  /** All windows of 10 s or more that can be judged. */
  List<Window> windows() {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < disturbances.size(); i++) {
      long from = Math.max(disturbances.get(i), quietFromMs) + SETTLE_MS;
      long next = i + 1 < disturbances.size() ? disturbances.get(i + 1) : Long.MAX_VALUE;
      long to = Math.min(next, firstEndMs - TAIL_MS);
      while (from + WINDOW_MS <= to) {
        Optional<Window> window = shortest(from, to);
        if (window.isEmpty()) {
          break;
        }
        windows.add(window.get());
        from = window.get().toMs();
      }
    }
    return windows;
  }

  /** The shortest window from there on in which every job has enough batches. */
  private Optional<Window> shortest(long from, long latest) {
    for (long to = from + WINDOW_MS; to <= latest; to += 1_000) {
      double[] queries = new double[weights.length];
      for (Commit commit : commits) {
        if (commit.atMs() > from && commit.atMs() <= to) {
          queries[commit.job()] += commit.queries();
        }
      }
      boolean isEnough = true;
      List<Double> perWeight = new ArrayList<>();
      for (int job = 0; job < weights.length; job++) {
        isEnough &= queries[job] >= FEWEST_BATCHES * batchSizes[job];
        perWeight.add(queries[job] * 1e3 / (to - from) / weights[job]);
      }
      if (isEnough) {
        return Optional.of(new Window(from, to, perWeight));
      }
    }
    return Optional.empty();
  }
}
