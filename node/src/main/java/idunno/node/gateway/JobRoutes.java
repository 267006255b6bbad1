package idunno.node.gateway;

import idunno.core.base.Checks;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Phase;
import idunno.node.api.Views.DoneView;
import idunno.node.api.Views.FairnessAsk;
import idunno.node.api.Views.JobAsk;
import idunno.node.api.Views.PhaseAsk;
import java.io.IOException;
import java.util.List;

/** The routes of jobs. */
final class JobRoutes {
  private final JobsPort jobs;

  JobRoutes(JobsPort jobs) {
    this.jobs = jobs;
  }

  /** {@code /v1/jobs[/ID/results|cancel|pause|resume|retry-failed]}. */
  void jobs(Exchange exchange, List<String> rest) throws IOException, InterruptedException {
    if (rest.isEmpty()) {
      exchange.expect("POST");
      exchange.answer(200, jobs.submit(exchange.requestId(), exchange.json(JobAsk.class)));
      return;
    }
    JobId job = job(rest.getFirst());
    switch (rest.size() > 1 ? rest.get(1) : "") {
      case "results" -> jobs.results(job, from(exchange), new LateLines(exchange));
      case "cancel" -> {
        exchange.expect("POST");
        jobs.cancel(exchange.requestId(), job);
        exchange.answer(200, new DoneView("job " + job + " is cancelled"));
      }
      case "pause" -> {
        exchange.expect("POST");
        jobs.pause(exchange.requestId(), job);
        exchange.answer(200, new DoneView("job " + job + " rests; resume " + job + " goes on"));
      }
      case "resume" -> {
        exchange.expect("POST");
        jobs.resume(exchange.requestId(), job);
        exchange.answer(200, new DoneView("job " + job + " goes on"));
      }
      case "retry-failed" -> {
        exchange.expect("POST");
        exchange.answer(200, jobs.retry(exchange.requestId(), job));
      }
      default ->
          throw new NotFound(
              "jobs: expected results, cancel, pause, resume or retry-failed after " + job + "/");
    }
  }

  /** {@code /v1/fairness}. */
  void fairness(Exchange exchange) throws IOException, InterruptedException {
    exchange.expect("PUT");
    Fairness fairness = exchange.json(FairnessAsk.class).fairness();
    jobs.share(exchange.requestId(), fairness);
    exchange.answer(
        200,
        new DoneView(
            switch (fairness) {
              case RATE -> "running jobs get equal query rates per weight";
              case TIME -> "running jobs get equal machine time per weight";
            }));
  }

  /** {@code /v1/phase}. */
  void phase(Exchange exchange) throws IOException, InterruptedException {
    exchange.expect("PUT");
    Phase phase = exchange.json(PhaseAsk.class).phase();
    jobs.enter(exchange.requestId(), phase);
    exchange.answer(
        200,
        new DoneView(
            switch (phase) {
              case TRAINING -> "training phase: models are loaded with train; jobs wait";
              case INFERENCE -> "inference phase: jobs run";
            }));
  }

  private static long from(Exchange exchange) {
    return exchange.parameter("from").map(JobRoutes::number).orElse(0L);
  }

  /** The job of that number. */
  static JobId job(String number) {
    return new JobId(number(number));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("job: expected a number, found " + Checks.quote(text), e);
    }
  }
}
