package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.models.ModelName;
import idunno.node.api.Views.JobAsk;
import idunno.node.api.Views.ModelAddedView;
import idunno.node.api.Views.ModelsView;
import idunno.node.api.Views.TrainedView;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * Models and jobs, as the gateway needs them. Every method may throw {@link Unavailable}, {@link
 * NotFound} or {@link Refused}, and {@link IOException} where something else went wrong.
 */
public interface JobsPort {
  /** All models. */
  ModelsView models() throws IOException, InterruptedException;

  /** Checks the model whose files are in its folder by running it, and adds it. */
  ModelAddedView addModel(RequestId id, ModelName name) throws IOException, InterruptedException;

  /** Sets how many queries a batch of the model's new jobs has. */
  void setBatchSize(RequestId id, ModelName name, int queries)
      throws IOException, InterruptedException;

  /** Warms models on all workers; each outcome as it comes, from one thread at a time. */
  void train(List<ModelName> models, Consumer<TrainedView> sink)
      throws IOException, InterruptedException;

  /** Submits a job. */
  JobSpec submit(RequestId id, JobAsk ask) throws IOException, InterruptedException;

  /** Cancels a job. */
  void cancel(RequestId id, JobId job) throws IOException, InterruptedException;

  /** Writes the results that a job has so far, JSON lines in query order. */
  void results(JobId job, OutputStream out) throws IOException, InterruptedException;
}
