package idunno.node.shell;

import idunno.core.jobs.JobId;
import idunno.node.api.Views.RetriedView;
import idunno.node.shell.Command.Group;
import java.io.IOException;

/** Has the queries of a job that found no answer run again, and stays with it if asked to. */
final class RetryCommand {
  private RetryCommand() {}

  static Command command() {
    return Command.remote(
            "retry-failed",
            Group.JOBS,
            "run the failed queries of a job that has ended again, on the pictures as they are now",
            RetryCommand::run)
        .takes("JOB", "a job's number")
        .flag("wait until the job is done", "--wait");
  }

  private static int run(Call call) throws IOException {
    JobId id = JobCommands.theJob(call);
    RetriedView retried = call.client().jobs().retryFailed(id);
    boolean wait = call.words().has("--wait");
    if (!call.json()) {
      call.print(described(retried));
    } else if (!wait) {
      call.printDocument(retried);
    }
    return wait
        ? InferenceCommand.ended(call, JobCommands.untilEnded(call, id), false)
        : Action.DONE;
  }

  private static String described(RetriedView retried) {
    String gone =
        retried.missing() == 0
            ? ""
            : "; the pictures of %s more are gone".formatted(Units.count(retried.missing()));
    return "job %s  goes on with %s%s".formatted(retried.job(), queries(retried.queries()), gone);
  }

  /** So many queries, in words. */
  static String queries(long count) {
    return Units.count(count) + (count == 1 ? " query" : " queries");
  }
}
