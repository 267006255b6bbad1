package idunno.system;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.node.api.Views.JobAsk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a job of each model running: before one ends, the next is there already and waits for its
 * end, so that whoever dies, the submitter among them, there is work.
 */
final class JobSupply {
  private static final int LOOK_EVERY_MS = 500;

  private final Cluster cluster;
  private final List<JobAsk> asks;
  private final List<String> troubles = new ArrayList<>();

  /** A supply of jobs like these, each of a model of its own. */
  JobSupply(Cluster cluster, List<JobAsk> asks) {
    this.cluster = cluster;
    this.asks = List.copyOf(asks);
  }

  /** Submits until the end. */
  void run(CountDownLatch end) throws InterruptedException {
    do {
      try {
        Report report = cluster.client().report();
        for (JobAsk ask : asks) {
          supply(report, ask);
        }
      } catch (IOException e) {
        troubles.add(e.toString());
      }
    } while (!end.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS));
  }

  /** What clients had to be told: nothing, where a change of coordinator passes unnoticed. */
  List<String> troubles() {
    return List.copyOf(troubles);
  }

  private void supply(Report report, JobAsk ask) throws IOException {
    List<JobReport> of =
        report.jobs().stream()
            .filter(job -> job.spec().model().name().value().equals(ask.model()))
            .toList();
    if (of.stream().noneMatch(job -> job.state() == JobState.QUEUED)) {
      Optional<JobId> last =
          of.isEmpty() ? Optional.empty() : Optional.of(of.getLast().spec().id());
      cluster.client().jobs().submit(after(ask, last));
    }
  }

  private static JobAsk after(JobAsk ask, Optional<JobId> last) {
    return new JobAsk(
        ask.model(),
        ask.dataset(),
        ask.start(),
        ask.end(),
        ask.batchSize(),
        ask.weight(),
        last,
        ask.maxFailures());
  }
}
