package idunno.node.shell;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.Model;
import idunno.node.api.Views;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Jobs: start them, watch them, read what they found. */
final class JobCommands {
  private static final long LOOK_EVERY_MS = 500;

  private JobCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
                "inference", Group.JOBS, "classify a range of a dataset", JobCommands::inference)
            .numbered(13)
            .takes("START", "the first query: a place in the dataset, counted from 0")
            .takes("END", "the last query, itself included")
            .takes("MODEL", "a model's name, or NAME@REVISION")
            .option("--dataset", "FOLDER", "a folder of the store; else the one used last")
            .option("--batch-size", "N", "queries a batch; else the model's (c3)")
            .option("--weight", "W", "its share against other jobs, 1 to 1000; else 1")
            .flag("wait until the job is done", "--wait"),
        Command.remote("jobs", Group.JOBS, "every job and how far it is", JobCommands::jobs),
        Command.remote("cancel", Group.JOBS, "end a job before its time", JobCommands::cancel)
            .takes("JOB", "a job's number"),
        Command.remote(
                "c4",
                Group.JOBS,
                "the results so far, in the order of queries",
                JobCommands::results)
            .mayTake("JOB", "a job's number; none: the newest")
            .option("--lines", "N", "print the first N results; else all"));
  }

  /**
   * A job without its batches.
   *
   * @param finished queries finished, the failed ones among them
   * @param asked how many queries it has
   * @param rate queries a second, over the last 10 s
   * @param endedMs when it ended, milliseconds since 1970
   */
  record JobLine(
      JobSpec spec,
      JobState state,
      long finished,
      long asked,
      long failures,
      double rate,
      Optional<Long> endedMs) {
    static JobLine of(JobReport job) {
      return new JobLine(
          job.spec(),
          job.state(),
          job.finished(),
          job.spec().range().size(),
          job.failures(),
          job.rate(),
          job.endedMs() == 0 ? Optional.empty() : Optional.of(job.endedMs()));
    }
  }

  private static int inference(Call call) throws IOException {
    Words words = call.words();
    long start = words.whole("START", 0, Long.MAX_VALUE);
    long end = words.whole("END", 0, Long.MAX_VALUE);
    if (end < start) {
      throw new Usage("END: expected " + start + " or more (START), found " + end);
    }
    JobSpec spec =
        call.client()
            .submit(
                new Views.JobAsk(
                    words.modelRef("MODEL").toString(),
                    words.option("--dataset").map(text -> Words.file("--dataset", text).value()),
                    start,
                    end,
                    words.number("--batch-size", 1, Model.MAX_BATCH_SIZE).map(Long::intValue),
                    words.number("--weight", 1, JobSpec.MAX_WEIGHT).map(Long::intValue)));
    boolean wait = words.has("--wait");
    if (!call.json()) {
      call.print(described(spec));
    } else if (!wait) {
      call.printDocument(spec);
    }
    return wait ? await(call, spec.id()) : Action.DONE;
  }

  private static String described(JobSpec spec) {
    return "job %s  %s on %s, queries %d to %d in %s batches of %d, weight %d"
        .formatted(
            spec.id(),
            spec.model(),
            spec.dataset(),
            spec.range().start(),
            spec.range().end(),
            Units.count(spec.batches()),
            spec.batchSize(),
            spec.weight());
  }

  private static int await(Call call, JobId id) throws IOException {
    JobReport job = untilEnded(call, id);
    if (call.json()) {
      call.printDocument(JobLine.of(job));
    } else {
      call.print(
          "job %s  %s after %s: %s of %s queries, %s failed%s"
              .formatted(
                  id,
                  MachineCommands.lower(job.state()),
                  Units.span(job.endedMs() - job.spec().submittedMs()),
                  Units.count(job.finished()),
                  Units.count(job.spec().range().size()),
                  Units.count(job.failures()),
                  job.state() == JobState.DONE ? "; results in " + job.spec().resultFile() : ""));
    }
    return job.state() == JobState.DONE ? Action.DONE : Action.FAILED;
  }

  /** Waits until a job is at its end, showing how far it is. */
  static JobReport untilEnded(Call call, JobId id) throws IOException {
    JobReport job = job(call.client().report(), id);
    try (ProgressLine progress = call.queries("job " + id)) {
      while (job.state() == JobState.RUNNING || job.state() == JobState.PUBLISHING) {
        progress.moved(job.finished(), job.spec().range().size());
        try {
          TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException(
              "no longer waiting; job " + id + " goes on (cancel " + id + " ends it)");
        }
        job = job(call.client().report(), id);
      }
    }
    return job;
  }

  /** The job of that number. */
  static JobReport job(Report report, JobId id) throws IOException {
    return report.jobs().stream()
        .filter(job -> job.spec().id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IOException("there is no job " + id + "; `jobs` lists them"));
  }

  private static int jobs(Call call) throws IOException {
    Report report = call.client().report();
    List<JobLine> jobs = report.jobs().stream().map(JobLine::of).toList();
    if (call.json()) {
      call.printDocument(jobs);
      return Action.DONE;
    }
    Columns table =
        call.columns()
            .figures("JOB")
            .words("STATE", "MODEL", "DATASET")
            .figures("QUERIES", "BATCH", "WEIGHT", "FINISHED", "FAILED", "RATE")
            .words("SUBMITTED", "TOOK");
    for (JobLine job : jobs) {
      JobSpec spec = job.spec();
      table.row(
          spec.id().toString(),
          state(job.state(), call.style()),
          spec.model().toString(),
          spec.dataset().value(),
          spec.range().start() + "-" + spec.range().end(),
          Integer.toString(spec.batchSize()),
          Integer.toString(spec.weight()),
          Units.count(job.finished()) + " of " + Units.count(job.asked()),
          Units.count(job.failures()),
          Units.rate(job.rate()),
          Units.moment(spec.submittedMs()),
          Units.span(job.endedMs().orElse(report.nowMs()) - spec.submittedMs()));
    }
    table.printTo(call.out());
    return Action.DONE;
  }

  /** A job's state, in its colour. */
  static String state(JobState state, Style style) {
    String word = MachineCommands.lower(state);
    return switch (state) {
      case RUNNING, PUBLISHING -> style.typed(word);
      case DONE -> style.good(word);
      case CANCELLED -> style.doubtful(word);
    };
  }

  private static int cancel(Call call) throws IOException {
    JobId id = call.words().job("JOB").orElseThrow(() -> new Usage("expected JOB"));
    return MachineCommands.done(call, call.client().cancel(id));
  }

  private static int results(Call call) throws IOException {
    long most = call.words().number("--lines", 1, Long.MAX_VALUE).orElse(Long.MAX_VALUE);
    Optional<JobId> named = call.words().job("JOB");
    JobId id = named.isPresent() ? named.get() : newest(call.client().report());
    long[] printed = new long[1];
    call.client()
        .results(
            id,
            line -> {
              call.print(call.json() ? line : ShownResult.of(line, call.style()));
              printed[0]++;
              // A reader that went away (`| head`) wants no more.
              return printed[0] < most && !(printed[0] % 256 == 0 && call.out().checkError());
            });
    if (!call.json()) {
      call.remark(call.style().faint(Units.count(printed[0]) + " results of job " + id));
    }
    return Action.DONE;
  }

  private static JobId newest(Report report) throws IOException {
    if (report.jobs().isEmpty()) {
      throw new IOException("there is no job yet; inference START END MODEL starts one");
    }
    return report.jobs().getLast().spec().id();
  }
}
