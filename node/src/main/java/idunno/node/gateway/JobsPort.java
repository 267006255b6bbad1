package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.node.api.Views.JobAsk;
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

  /** Writes the results that a job has so far, JSON lines in query order. */
  void results(JobId job, OutputStream out) throws IOException, InterruptedException;
}
