package idunno.node.shell.figures;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What c1 shows: how fast jobs and models go now, how far they are, and how fair that is.
 *
 * @param jobs each job, oldest first
 * @param models each model, by name, over all of its jobs
 * @param sharedBy what running jobs get equal amounts of
 * @param fairness between the running jobs; absent where fewer than two run
 */
public record Rates(
    List<JobRate> jobs,
    List<ModelRate> models,
    idunno.core.jobs.Fairness sharedBy,
    Optional<Fairness> fairness) {
  /** Keeps its own copies of the lists. */
  public Rates {
    jobs = List.copyOf(jobs);
    models = List.copyOf(models);
  }

  /**
   * One job.
   *
   * @param rate queries finished per second over the last 10 s
   * @param ratePerWeight the rate divided by the job's weight
   * @param finished queries finished, the failed ones among them
   * @param asked how many queries the job has
   * @param failures how many failed
   * @param failureShare the failed ones' share of the finished ones, 0 to 1
   * @param machineShare its share of the machines' time over the last 10 s, 0 to 1
   * @param duplicates batches that were reported again after they were committed
   */
  public record JobRate(
      JobId job,
      ModelName model,
      JobState state,
      int weight,
      double rate,
      double ratePerWeight,
      long finished,
      long asked,
      long failures,
      double failureShare,
      double machineShare,
      long duplicates) {}

  /** One model: the sums over its jobs, described as in {@link JobRate}. */
  public record ModelRate(
      ModelName model,
      int jobs,
      double rate,
      long finished,
      long asked,
      long failures,
      double failureShare,
      double machineShare) {}

  /**
   * How evenly the running jobs go.
   *
   * @param jobs how many run
   * @param gapPercent by how much the slowest job's rate per weight is below the fastest one's, in
   *     percent of the fastest: 0 is even, 100 is standing still; absent while all stand still
   * @param jain Jain's index of the rates per weight (Jain, Chiu and Hawe, 1984): the square of
   *     their sum over their number times the sum of their squares, from 1/number to 1, which is
   *     even; absent while all stand still
   * @param timeGapPercent the same gap between their shares of machine time per weight
   * @param timeJain the same index of those
   */
  public record Fairness(
      int jobs,
      Optional<Double> gapPercent,
      Optional<Double> jain,
      Optional<Double> timeGapPercent,
      Optional<Double> timeJain) {}

  /** The rates of a report. */
  public static Rates of(Report report) {
    long machineMs = report.jobs().stream().mapToLong(JobReport::machineMs).sum();
    List<JobRate> jobs = report.jobs().stream().map(job -> jobRate(job, machineMs)).toList();
    NavigableMap<ModelName, List<JobRate>> byModel = new TreeMap<>();
    for (JobRate job : jobs) {
      byModel.computeIfAbsent(job.model(), model -> new ArrayList<>()).add(job);
    }
    List<ModelRate> models =
        byModel.entrySet().stream().map(one -> modelRate(one.getKey(), one.getValue())).toList();
    return new Rates(jobs, models, report.fairness(), fairness(jobs));
  }

  private static JobRate jobRate(JobReport job, long machineMs) {
    return new JobRate(
        job.spec().id(),
        job.spec().model().name(),
        job.state(),
        job.spec().weight(),
        job.rate(),
        job.rate() / job.spec().weight(),
        job.finished(),
        job.spec().range().size(),
        job.failures(),
        share(job.failures(), job.finished()),
        share(job.machineMs(), machineMs),
        job.duplicates());
  }

  private static ModelRate modelRate(ModelName model, List<JobRate> jobs) {
    long finished = jobs.stream().mapToLong(JobRate::finished).sum();
    long failures = jobs.stream().mapToLong(JobRate::failures).sum();
    return new ModelRate(
        model,
        jobs.size(),
        jobs.stream().mapToDouble(JobRate::rate).sum(),
        finished,
        jobs.stream().mapToLong(JobRate::asked).sum(),
        failures,
        share(failures, finished),
        jobs.stream().mapToDouble(JobRate::machineShare).sum());
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private static Optional<Fairness> fairness(List<JobRate> jobs) {
    List<JobRate> running = jobs.stream().filter(job -> job.state() == JobState.RUNNING).toList();
    if (running.size() < 2) {
      return Optional.empty();
    }
    double[] rates = running.stream().mapToDouble(JobRate::ratePerWeight).toArray();
    double[] times =
        running.stream().mapToDouble(job -> job.machineShare() / job.weight()).toArray();
    return Optional.of(
        new Fairness(
            running.size(), gapPercent(rates), jain(rates), gapPercent(times), jain(times)));
  }

  private static Optional<Double> gapPercent(double[] amounts) {
    double most = Arrays.stream(amounts).max().orElse(0);
    double least = Arrays.stream(amounts).min().orElse(0);
    return most == 0 ? Optional.empty() : Optional.of(100 * (most - least) / most);
  }

  private static Optional<Double> jain(double[] amounts) {
    double sum = Arrays.stream(amounts).sum();
    double squares = Arrays.stream(amounts).map(one -> one * one).sum();
    return squares == 0 ? Optional.empty() : Optional.of(sum * sum / (amounts.length * squares));
  }
}
