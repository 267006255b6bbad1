package idunno.benchmarks.jobs;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.TimeParts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How evenly jobs go side by side on five nodes, and what that costs beside running them one after
 * the other. See {@code docs/benchmarks.md}.
 */
class FairnessBenchmark {
  private static final int NODES = 5;
  private static final long SETTLE_MS = 5_000;
  private static final long WINDOW_MS = 10_000;
  private static final long STEP_MS = 1_000;

  private final int queries = Integer.getInteger("fairness.queries", 1_500);

  @TempDir Path folder;

  /**
   * A job that is to be run.
   *
   * @param share how many queries it has for each unit of weight, in multiples of the usual
   */
  private record Wanted(String model, int batchSize, int weight, double share) {
    int queries(int usual) {
      return (int) (usual * weight * share);
    }
  }

  @Test
  void jobsSideBySide() throws Exception {
    List<Wanted> two =
        List.of(new Wanted(JobCluster.ALEXNET, 2, 1, 1), new Wanted(JobCluster.RESNET, 2, 1, 1));
    // Two cores run 50 to 90 queries of a job of weight 1 in a window, with all four beside one
    // another: one query more or less is 1 to 2 % already.
    List<Wanted> four =
        List.of(
            new Wanted(JobCluster.ALEXNET, 1, 1, 0.8),
            new Wanted(JobCluster.RESNET, 1, 1, 0.8),
            new Wanted(JobCluster.ALEXNET, 1, 2, 0.8),
            new Wanted(JobCluster.RESNET, 1, 4, 0.8));
    try (JobCluster cluster = JobCluster.start(folder, NODES, 4 * queries, "--slots", "1")) {
      for (String model : List.of(JobCluster.ALEXNET, JobCluster.RESNET)) {
        cluster.rate(model, 2 * queries, 8); // warms up, and decodes each picture once per node
      }
      compare("two jobs, weights 1 and 1", cluster, two);
      compare("four jobs, weights 1, 1, 2, 4", cluster, four);
      first(cluster);
    }
  }

  private void compare(String title, JobCluster cluster, List<Wanted> wanted) throws Exception {
    List<JobReport> inTurn = run(cluster, wanted, true);
    double alone = seconds(inTurn);
    List<JobReport> jobs = run(cluster, wanted, false);
    double together = seconds(jobs);
    double aloneAgain = seconds(run(cluster, wanted, true));
    double usual = (alone + aloneAgain) / 2;
    System.out.printf(
        Locale.ROOT,
        "%n%s: %.1f s side by side, %.1f s one after the other (%.1f and %.1f): %.1f %% of that"
            + " throughput%n",
        title,
        together,
        usual,
        alone,
        aloneAgain,
        100 * usual / together);
    windows(jobs);
    parts("one after the other", inTurn);
    parts("side by side", jobs);
  }

  /** What a query took on average, where the throughput of the two ways differs. */
  private static void parts(String title, List<JobReport> jobs) {
    System.out.printf(Locale.ROOT, "  %s, ms a query:", title);
    for (JobReport job : jobs) {
      TimeParts parts = TimeParts.of(job.histograms().orElseThrow().parts());
      System.out.printf(
          Locale.ROOT,
          "%s %s %.1f fetching, %.1f decoding, %.1f running",
          job.equals(jobs.getFirst()) ? "" : ";",
          job.spec().model(),
          parts.fetching().summary().meanMs(),
          parts.decoding().summary().meanMs(),
          parts.running().summary().meanMs());
    }
    System.out.println();
  }

  private List<JobReport> run(JobCluster cluster, List<Wanted> wanted, boolean inTurn)
      throws Exception {
    List<JobSpec> specs = new ArrayList<>();
    Optional<JobId> before = Optional.empty();
    for (Wanted one : wanted) {
      JobSpec spec =
          cluster.submit(
              one.model(),
              one.queries(queries),
              one.batchSize(),
              one.weight(),
              inTurn ? before : Optional.empty());
      before = Optional.of(spec.id());
      specs.add(spec);
    }
    List<JobReport> done = new ArrayList<>();
    for (JobSpec spec : specs) {
      done.add(cluster.await(spec));
    }
    return done;
  }

  private static double seconds(List<JobReport> jobs) {
    long from = jobs.stream().mapToLong(job -> job.spec().submittedMs()).min().orElseThrow();
    long to = jobs.stream().mapToLong(JobReport::endedMs).max().orElseThrow();
    return (to - from) / 1e3;
  }

  /** Every window of 10 s from 5 s after the last submission until the first job's last batch. */
  private static void windows(List<JobReport> jobs) {
    long from =
        jobs.stream().mapToLong(job -> job.spec().submittedMs()).max().orElseThrow() + SETTLE_MS;
    long to =
        jobs.stream().mapToLong(job -> job.batches().getLast().committedMs()).min().orElseThrow();
    List<Double> gaps = new ArrayList<>();
    List<Double> jains = new ArrayList<>();
    double fewest = Double.POSITIVE_INFINITY;
    double widest = Double.NaN;
    String worst = "none";
    for (long start = from; start + WINDOW_MS <= to; start += STEP_MS) {
      double[] rates = new double[jobs.size()];
      for (int i = 0; i < rates.length; i++) {
        rates[i] = rate(jobs.get(i), start);
      }
      double most = Arrays.stream(rates).max().orElseThrow();
      double least = Arrays.stream(rates).min().orElseThrow();
      double sum = Arrays.stream(rates).sum();
      double squares = Arrays.stream(rates).map(rate -> rate * rate).sum();
      fewest = Math.min(fewest, least * WINDOW_MS / 1e3);
      double gap = 100 * (most - least) / most;
      if (gaps.isEmpty() || gap > widest) {
        widest = gap;
        worst =
            "%s queries per weight, %.1f s before the last one's end"
                .formatted(queries(rates), (to - start - WINDOW_MS) / 1e3);
      }
      gaps.add(gap);
      jains.add(sum * sum / (rates.length * squares));
    }
    System.out.printf(
        Locale.ROOT,
        "  %d windows of 10 s: gap between rates per weight median %.1f %%, at most %.1f %%, over 5"
            + " %% in %d; Jain's index at least %.5f; a window has %.0f queries per weight or"
            + " more; the most uneven one: %s%n",
        gaps.size(),
        gaps.stream().sorted().skip(gaps.size() / 2).findFirst().orElse(Double.NaN),
        widest,
        gaps.stream().filter(gap -> gap > 5).count(),
        jains.stream().mapToDouble(jain -> jain).min().orElse(Double.NaN),
        fewest,
        worst);
  }

  private static String queries(double[] rates) {
    return Arrays.stream(rates)
        .mapToObj(rate -> String.format(Locale.ROOT, "%.1f", rate * WINDOW_MS / 1e3))
        .collect(Collectors.joining(" "));
  }

  private static double rate(JobReport job, long startMs) {
    long queries = 0;
    for (BatchRecord batch : job.batches()) {
      if (batch.committedMs() > startMs && batch.committedMs() <= startMs + WINDOW_MS) {
        queries += batch.queries();
      }
    }
    return queries * 1e3 / WINDOW_MS / job.spec().weight();
  }

  /** How soon the first query of a second job is done while the first has all machines. */
  private void first(JobCluster cluster) throws Exception {
    List<Long> firstMs = new ArrayList<>();
    long longestBatchMs = 0;
    for (int i = 0; i < 5; i++) {
      JobSpec busy = cluster.submit(JobCluster.RESNET, queries, 8, 1, Optional.empty());
      cluster.awaitFinished(busy, queries / 5);
      JobSpec late = cluster.submit(JobCluster.ALEXNET, 64, 8, 1, Optional.empty());
      JobReport done = cluster.await(late);
      firstMs.add(done.batches().getFirst().committedMs() - late.submittedMs());
      for (BatchRecord batch : cluster.await(busy).batches()) {
        longestBatchMs = Math.max(longestBatchMs, batch.finishedMs() - batch.startedMs());
      }
    }
    System.out.printf(
        "%na second job's first batch is committed after %s ms; the first job's longest batch took"
            + " %d ms%n",
        firstMs, longestBatchMs);
  }
}
