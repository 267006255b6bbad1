package idunno.node.shell.figures;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobId;
import idunno.core.jobs.LatencyHistogram;
import idunno.core.jobs.TimeParts;
import idunno.core.models.ModelName;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What c2 shows: how long a query takes on its worker.
 *
 * @param jobs each job, oldest first
 * @param models each model, by name: the measured times of all of its jobs together
 */
public record Times(List<JobTimes> jobs, List<ModelTimes> models) {
  /** Keeps its own copies of the lists. */
  public Times {
    jobs = List.copyOf(jobs);
    models = List.copyOf(models);
  }

  /** One job's times. */
  public record JobTimes(JobId job, ModelName model, LatencyHistogram.Summary times, Parts parts) {}

  /** One model's times. */
  public record ModelTimes(
      ModelName model, int jobs, LatencyHistogram.Summary times, Parts parts) {}

  /**
   * What the times are made of, and the waiting before, which isn't a part of them.
   *
   * @param waiting on a worker's desk, until the batch was taken up
   * @param fetching reading the picture from the store
   * @param decoding decoding and preprocessing it
   * @param running running the network over the slice of pictures that it was in
   */
  public record Parts(
      LatencyHistogram.Summary waiting,
      LatencyHistogram.Summary fetching,
      LatencyHistogram.Summary decoding,
      LatencyHistogram.Summary running) {
    static Parts of(TimeParts parts) {
      return new Parts(
          parts.waiting().summary(),
          parts.fetching().summary(),
          parts.decoding().summary(),
          parts.running().summary());
    }
  }

  private static TimeParts partsOf(JobReport job) {
    return TimeParts.of(histograms(job).parts());
  }

  private static Report.Histograms histograms(JobReport job) {
    return job.histograms()
        .orElseThrow(
            () -> new IllegalArgumentException("job " + job.spec().id() + " without histograms"));
  }

  /**
   * The times of a report.
   *
   * @throws IllegalArgumentException if it has no histograms
   */
  public static Times of(Report report) {
    NavigableMap<ModelName, LatencyHistogram> byModel = new TreeMap<>();
    NavigableMap<ModelName, TimeParts> partsOf = new TreeMap<>();
    NavigableMap<ModelName, Integer> jobsOf = new TreeMap<>();
    for (JobReport job : report.jobs()) {
      ModelName model = job.spec().model().name();
      byModel
          .computeIfAbsent(model, name -> new LatencyHistogram())
          .addAll(LatencyHistogram.of(histograms(job).times()));
      partsOf.computeIfAbsent(model, name -> new TimeParts()).addAll(partsOf(job));
      jobsOf.merge(model, 1, Integer::sum);
    }
    return new Times(
        report.jobs().stream()
            .map(
                job ->
                    new JobTimes(
                        job.spec().id(),
                        job.spec().model().name(),
                        job.times(),
                        Parts.of(partsOf(job))))
            .toList(),
        byModel.entrySet().stream()
            .map(
                one ->
                    new ModelTimes(
                        one.getKey(),
                        jobsOf.getOrDefault(one.getKey(), 0),
                        one.getValue().summary(),
                        Parts.of(partsOf.getOrDefault(one.getKey(), new TimeParts()))))
            .toList());
  }
}
