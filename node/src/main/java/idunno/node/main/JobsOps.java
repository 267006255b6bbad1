package idunno.node.main;

import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.Phase;
import idunno.core.models.ModelRef;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.api.Views.JobAsk;
import idunno.node.api.Views.RetriedView;
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
            new Conditions(ask.after(), ask.maxFailures()),
            process.clockMs());
    return Outcomes.submit(process.node(), id, submit, Reply.Submitted.class).job();
  }

  @Override
  public void cancel(RequestId id, JobId job) throws IOException, InterruptedException {
    done(id, new Command.CancelJob(job, process.clockMs()));
  }

  @Override
  public void pause(RequestId id, JobId job) throws IOException, InterruptedException {
    done(id, new Command.PauseJob(job));
  }

  @Override
  public void resume(RequestId id, JobId job) throws IOException, InterruptedException {
    done(id, new Command.ResumeJob(job));
  }

  @Override
  public void share(RequestId id, Fairness fairness) throws IOException, InterruptedException {
    done(id, new Command.ShareBy(fairness));
  }

  @Override
  public void enter(RequestId id, Phase phase) throws IOException, InterruptedException {
    done(id, new Command.EnterPhase(phase));
  }

  @Override
  public RetriedView retry(RequestId id, JobId job) throws IOException, InterruptedException {
    Command retry = new Command.RetryFailed(job, process.clockMs());
    Reply.Retried retried = Outcomes.submit(process.node(), id, retry, Reply.Retried.class);
    return new RetriedView(job, retried.queries(), retried.missing());
  }

  private void done(RequestId id, Command command) throws IOException, InterruptedException {
    Outcomes.submit(process.node(), id, command, Reply.Done.class);
  }

  @Override
  public void results(JobId job, long from, OutputStream out)
      throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    node.results().write(job, from, out);
  }
}
