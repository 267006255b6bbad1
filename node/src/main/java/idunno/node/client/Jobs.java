package idunno.node.client;

import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.Phase;
import idunno.node.api.Views;
import java.io.IOException;
import java.util.Optional;

/** Jobs, and how they share the machines. */
public final class Jobs {
  private static final long SILENT_MS = 300_000;

  private final Client client;
  private final Calls calls;

  Jobs(Client client, Calls calls) {
    this.client = client;
    this.calls = calls;
  }

  /** Starts a job; answers what it is, its number included. */
  public JobSpec submit(Views.JobAsk ask) throws IOException {
    return client.change("POST", "/v1/jobs", Optional.of(ask), JobSpec.class);
  }

  /** The results of the queries finished so far, in their order, a JSON object a line. */
  public void results(JobId job, Lines.Sink sink) throws IOException {
    results(job, 0, sink);
  }

  /** The same, without those before a query. */
  public void results(JobId job, long from, Lines.Sink sink) throws IOException {
    String path =
        "/v1/jobs/" + job + "/results" + (from == 0 ? "" : Ask.query("from", Long.toString(from)));
    calls.stream(Ask.read(path, SILENT_MS), sink);
  }

  /** Ends a job before its time; what was finished stays readable. */
  public Views.DoneView cancel(JobId job) throws IOException {
    return done("POST", "/v1/jobs/" + job + "/cancel", Optional.empty());
  }

  /** Has a job rest: its machines go to the others. */
  public Views.DoneView pause(JobId job) throws IOException {
    return done("POST", "/v1/jobs/" + job + "/pause", Optional.empty());
  }

  /** Has a job that rests go on. */
  public Views.DoneView resume(JobId job) throws IOException {
    return done("POST", "/v1/jobs/" + job + "/resume", Optional.empty());
  }

  /** Has the failed queries of a job that has ended run again, on the pictures as they are now. */
  public Views.RetriedView retryFailed(JobId job) throws IOException {
    return client.change(
        "POST", "/v1/jobs/" + job + "/retry-failed", Optional.empty(), Views.RetriedView.class);
  }

  /** Sets what running jobs get equal amounts of. */
  public Views.DoneView share(Fairness by) throws IOException {
    return done("PUT", "/v1/fairness", Optional.of(new Views.FairnessAsk(by)));
  }

  /** Sets what the workers do. */
  public Views.DoneView enter(Phase phase) throws IOException {
    return done("PUT", "/v1/phase", Optional.of(new Views.PhaseAsk(phase)));
  }

  private Views.DoneView done(String method, String path, Optional<Object> body)
      throws IOException {
    return client.change(method, path, body, Views.DoneView.class);
  }
}
