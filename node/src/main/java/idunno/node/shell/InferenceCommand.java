package idunno.node.shell;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.Model;
import idunno.node.api.ResultLine;
import idunno.node.api.Views;
import idunno.node.codec.Codec;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Starts a job, and stays with it if asked to. */
final class InferenceCommand {
  private static final long LOOK_EVERY_MS = 500;

  private InferenceCommand() {}

  static Command command() {
    return Command.remote(
            "inference", Group.JOBS, "classify a range of a dataset", InferenceCommand::run)
        .numbered(13)
        .takes("START", "the first query: a place in the dataset, counted from 0")
        .takes("END", "the last query, itself included")
        .takes("MODEL", "a model's name, or NAME@REVISION")
        .option("--dataset", "FOLDER", "a folder of the store; else the one used last")
        .option("--batch-size", "N", "queries a batch; else the model's (c3)")
        .option("--weight", "W", "its share against other jobs, 1 to 1000; else 1")
        .option("--after", "JOB", "begin when that job has ended, in whatever way")
        .option("--max-failures", "N", "end the job when more than N of its queries failed")
        .flag("wait until the job is done", "--wait")
        .flag("print the results in the order of queries as they come, until the end", "--follow");
  }

  private static int run(Call call) throws IOException {
    Words words = call.words();
    long start = words.whole("START", 0, Long.MAX_VALUE);
    long end = words.whole("END", 0, Long.MAX_VALUE);
    if (end < start) {
      throw new Usage("END: expected " + start + " or more (START), found " + end);
    }
    JobSpec spec =
        call.client()
            .jobs()
            .submit(
                new Views.JobAsk(
                    words.modelRef("MODEL").toString(),
                    words.option("--dataset").map(text -> Words.file("--dataset", text).value()),
                    start,
                    end,
                    words.number("--batch-size", 1, Model.MAX_BATCH_SIZE).map(Long::intValue),
                    words.number("--weight", 1, JobSpec.MAX_WEIGHT).map(Long::intValue),
                    words.number("--after", 1, Long.MAX_VALUE).map(JobId::new),
                    words.number("--max-failures", 0, Integer.MAX_VALUE).map(Long::intValue)));
    if (words.has("--follow")) {
      call.remark(described(spec));
      return ended(call, follow(call, spec), true);
    }
    boolean wait = words.has("--wait");
    if (!call.json()) {
      call.print(described(spec));
    } else if (!wait) {
      call.printDocument(spec);
    }
    return wait ? ended(call, JobCommands.untilEnded(call, spec.id()), false) : Action.DONE;
  }

  private static String described(JobSpec spec) {
    return "job %s  %s on %s, queries %d to %d in %s batches of %d, weight %d%s"
        .formatted(
            spec.id(),
            spec.model(),
            spec.dataset(),
            spec.range().start(),
            spec.range().end(),
            Units.count(spec.batches()),
            spec.batchSize(),
            spec.weight(),
            spec.conditions().after().map(job -> ", after job " + job).orElse(""));
  }

  /** Says how a job has ended. */
  static int ended(Call call, JobReport job, boolean isFollowed) {
    if (call.json() && !isFollowed) {
      call.printDocument(JobCommands.JobLine.of(job));
    } else {
      String line =
          "job %s  %s after %s: %s of %s queries, %s failed%s"
              .formatted(
                  job.spec().id(),
                  MachineCommands.lower(job.state()),
                  Units.span(job.endedMs() - job.beganMs()),
                  Units.count(job.finished()),
                  Units.count(job.spec().range().size()),
                  Units.count(job.failures()),
                  job.state() == JobState.DONE ? "; results in " + job.spec().resultFile() : "");
      if (isFollowed) {
        call.remark(line);
      } else {
        call.print(line);
      }
    }
    return job.state() == JobState.DONE ? Action.DONE : Action.FAILED;
  }

  /** Prints each result once all before it are printed, until the job has ended. */
  private static JobReport follow(Call call, JobSpec spec) throws IOException {
    long[] next = {spec.range().start()};
    while (true) {
      // Asked before the results: those of a job that has ended are complete.
      JobReport job = JobCommands.job(call.client().report(spec.id()), spec.id());
      long seen = next[0];
      call.client()
          .jobs()
          .results(
              spec.id(),
              next[0],
              text -> {
                if (Codec.json()
                        .decode(text.getBytes(StandardCharsets.UTF_8), ResultLine.class)
                        .query()
                    != next[0]) {
                  return false;
                }
                next[0]++;
                call.print(call.json() ? text : ShownResult.of(text, call.style()));
                return !(next[0] % 256 == 0 && call.out().checkError());
              });
      if (job.state().isEnd() || call.out().checkError()) {
        return job;
      }
      if (next[0] == seen) {
        pause(spec.id());
      }
    }
  }

  private static void pause(JobId id) throws InterruptedIOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "no longer following; job " + id + " goes on (cancel " + id + " ends it)");
    }
  }
}
