package idunno.node.shell.figures;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobId;
import idunno.core.jobs.LatencyHistogram;
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
  public record JobTimes(JobId job, ModelName model, LatencyHistogram.Summary times) {}

  /** One model's times. */
  public record ModelTimes(ModelName model, int jobs, LatencyHistogram.Summary times) {}

  /** The times of a report. */
  public static Times of(Report report) {
    NavigableMap<ModelName, LatencyHistogram> byModel = new TreeMap<>();
    NavigableMap<ModelName, Integer> jobsOf = new TreeMap<>();
    for (JobReport job : report.jobs()) {
      ModelName model = job.spec().model().name();
      byModel
          .computeIfAbsent(model, name -> new LatencyHistogram())
          .addAll(LatencyHistogram.of(job.histogram()));
      jobsOf.merge(model, 1, Integer::sum);
    }
    return new Times(
        report.jobs().stream()
            .map(job -> new JobTimes(job.spec().id(), job.spec().model().name(), job.times()))
            .toList(),
        byModel.entrySet().stream()
            .map(
                one ->
                    new ModelTimes(
                        one.getKey(),
                        jobsOf.getOrDefault(one.getKey(), 0),
                        one.getValue().summary()))
            .toList());
  }
}
