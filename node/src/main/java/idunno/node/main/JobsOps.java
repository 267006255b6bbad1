package idunno.node.main;

import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.models.ModelRef;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.api.Views.JobAsk;
import idunno.node.gateway.JobsPort;
import java.io.IOException;
import java.io.OutputStream;

/** The commands of jobs, done by this node. */
final class JobsOps implements JobsPort {
  private final NodeProcess process;

  JobsOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public JobSpec submit(RequestId id, JobAsk ask) throws IOException, InterruptedException {
    Command submit =
        new Command.SubmitJob(
            ModelRef.parse(ask.model()),
            ask.dataset().map(FileName::new),
            new Range(ask.start(), ask.end()),
            ask.batchSize(),
            ask.weight().orElse(1),
            process.clockMs());
    return Outcomes.submit(process.node(), id, submit, Reply.Submitted.class).job();
  }

  @Override
  public void cancel(RequestId id, JobId job) throws IOException, InterruptedException {
    Outcomes.submit(
        process.node(), id, new Command.CancelJob(job, process.clockMs()), Reply.Done.class);
  }

  @Override
  public void results(JobId job, OutputStream out) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    node.results().write(job, out);
  }
}
