package idunno.node.gateway;

import idunno.core.base.Checks;
import idunno.core.jobs.JobId;
import idunno.node.api.Views.DoneView;
import idunno.node.api.Views.JobAsk;
import java.io.IOException;
import java.util.List;

/** The routes of jobs. */
final class JobRoutes {
  private final JobsPort jobs;

  JobRoutes(JobsPort jobs) {
    this.jobs = jobs;
  }

  /** {@code /v1/jobs[/ID/results|cancel]}. */
  void jobs(Exchange exchange, List<String> rest) throws IOException, InterruptedException {
    if (rest.isEmpty()) {
      exchange.expect("POST");
      exchange.answer(200, jobs.submit(exchange.requestId(), exchange.json(JobAsk.class)));
      return;
    }
    JobId job = new JobId(number(rest.getFirst()));
    switch (rest.size() > 1 ? rest.get(1) : "") {
      case "results" -> jobs.results(job, new LateLines(exchange));
      case "cancel" -> {
        exchange.expect("POST");
        jobs.cancel(exchange.requestId(), job);
        exchange.answer(200, new DoneView("job " + job + " is cancelled"));
      }
      default -> throw new NotFound("jobs: expected " + job + "/results or " + job + "/cancel");
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("job: expected a number, found " + Checks.quote(text), e);
    }
  }
}
