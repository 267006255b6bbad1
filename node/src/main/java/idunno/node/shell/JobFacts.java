package idunno.node.shell;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import java.util.ArrayList;
import java.util.List;

/** One job, for a person to read. */
final class JobFacts {
  private JobFacts() {}

  static List<String> of(JobReport job, long nowMs) {
    JobSpec spec = job.spec();
    List<String> lines = new ArrayList<>();
    lines.add("job " + spec.id() + "  " + MachineCommands.lower(job.state()));
    lines.add("model      " + spec.model());
    lines.add(
        "queries    %d to %d of %s, in %s batches of %d"
            .formatted(
                spec.range().start(),
                spec.range().end(),
                spec.dataset(),
                Units.count(spec.batches()),
                spec.batchSize()));
    lines.add("weight     " + spec.weight());
    spec.conditions().after().ifPresent(after -> lines.add("after      job " + after));
    spec.conditions()
        .maxFailures()
        .ifPresent(most -> lines.add("at most    " + Units.count(most) + " failures"));
    lines.add(
        "finished   %s of %s, %s failed"
            .formatted(
                Units.count(job.finished()),
                Units.count(spec.range().size()),
                Units.count(job.failures())));
    for (Report.Retried retried : job.retries()) {
      lines.add(
          "again      %s, since %s"
              .formatted(RetryCommand.queries(retried.queries()), Units.moment(retried.atMs())));
    }
    lines.add("rate       " + Units.rate(job.rate()) + " over 10 s");
    if (job.times().count() > 0) {
      lines.add(
          "a query    %s on average, median %s, p99 %s"
              .formatted(
                  Units.span(job.times().meanMs()),
                  Units.span(job.times().medianMs()),
                  Units.span(job.times().p99Ms())));
    }
    long running = job.running().stream().filter(Report.Running::running).count();
    lines.add(
        "machines   %s batches run, %s wait on desks"
            .formatted(Units.count(running), Units.count(job.running().size() - running)));
    lines.add("submitted  " + Units.moment(spec.submittedMs()));
    lines.add(
        (job.endedMs() == 0 ? "for        " : "took       ")
            + Units.span((job.endedMs() == 0 ? nowMs : job.endedMs()) - job.beganMs()));
    if (job.state() == JobState.DONE) {
      lines.add("results    " + spec.resultFile());
    }
    return lines;
  }
}
