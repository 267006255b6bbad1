package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.Phase;
import idunno.node.api.Views.JobAsk;
import idunno.node.api.Views.RetriedView;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Jobs, as the gateway needs them. Every method may throw {@link Unavailable}, {@link NotFound} or
 * {@link Refused}, and {@link IOException} where something else went wrong.
 */
public interface JobsPort {
  /** Submits a job. */
  JobSpec submit(RequestId id, JobAsk ask) throws IOException, InterruptedException;

  /** Cancels a job. */
  void cancel(RequestId id, JobId job) throws IOException, InterruptedException;

  /** Has a job rest. */
  void pause(RequestId id, JobId job) throws IOException, InterruptedException;

  /** Has a job that rests go on. */
  void resume(RequestId id, JobId job) throws IOException, InterruptedException;

  /** Has the failed queries of a job that has ended run again. */
  RetriedView retry(RequestId id, JobId job) throws IOException, InterruptedException;

  /** Sets what running jobs get equal amounts of. */
  void share(RequestId id, Fairness fairness) throws IOException, InterruptedException;

  /** Sets what the workers do. */
  void enter(RequestId id, Phase phase) throws IOException, InterruptedException;

  /**
   * Writes the results that a job has so far, JSON lines in query order.
   *
   * @param from the first query whose result is wanted
   */
  void results(JobId job, long from, OutputStream out) throws IOException, InterruptedException;
}
