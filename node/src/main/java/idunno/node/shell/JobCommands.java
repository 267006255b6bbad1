package idunno.node.shell;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Phase;
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
        InferenceCommand.command(),
        Command.remote("jobs", Group.JOBS, "every job and how far it is", JobCommands::jobs),
        Command.remote("job", Group.JOBS, "all that is known of one job", JobCommands::job)
            .takes("JOB", "a job's number"),
        Command.remote("cancel", Group.JOBS, "end a job before its time", JobCommands::cancel)
            .takes("JOB", "a job's number"),
        Command.remote("pause", Group.JOBS, "have a job rest", JobCommands::pause)
            .takes("JOB", "a job's number"),
        Command.remote("resume", Group.JOBS, "have a job that rests go on", JobCommands::resume)
            .takes("JOB", "a job's number"),
        RetryCommand.command(),
        Command.remote(
                "phase",
                Group.JOBS,
                "what the workers do: load models, or run jobs",
                JobCommands::phase)
            .mayTake("PHASE", "training or inference; none: show it"),
        Command.remote(
                "fair", Group.JOBS, "what running jobs get equal amounts of", JobCommands::fair)
            .mayTake("BY", "rate (queries a second) or time (of machines); none: show it"),
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
   * @param beganMs when it was submitted, or its failed queries were begun again
   * @param endedMs when it ended, milliseconds since 1970
   */
  record JobLine(
      JobSpec spec,
      JobState state,
      long finished,
      long asked,
      long failures,
      double rate,
      long beganMs,
      Optional<Long> endedMs) {
    static JobLine of(JobReport job) {
      return new JobLine(
          job.spec(),
          job.state(),
          job.finished(),
          job.spec().range().size(),
          job.failures(),
          job.rate(),
          job.beganMs(),
          job.endedMs() == 0 ? Optional.empty() : Optional.of(job.endedMs()));
    }
  }

  /** Waits until a job is at its end, showing how far it is. */
  static JobReport untilEnded(Call call, JobId id) throws IOException {
    JobReport job = job(call.client().report(id), id);
    try (ProgressLine progress = call.queries("job " + id)) {
      while (!job.state().isEnd()) {
        progress.moved(job.finished(), job.spec().range().size());
        try {
          TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException(
              "no longer waiting; job " + id + " goes on (cancel " + id + " ends it)");
        }
        job = job(call.client().report(id), id);
      }
    }
    return job;
  }

  /** The job of that number. */
  static JobReport job(Report report, JobId id) throws IOException {
    return report.jobs().stream()
        .filter(job -> job.spec().id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    "there is no job "
                        + id
                        + ", or it ended long ago and is forgotten; `jobs` lists those there are"));
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
          Units.span(job.endedMs().orElse(report.nowMs()) - job.beganMs()));
    }
    table.printTo(call.out());
    return Action.DONE;
  }

  /** A job's state, in its colour. */
  static String state(JobState state, Style style) {
    String word = MachineCommands.lower(state);
    return switch (state) {
      case RUNNING, PUBLISHING -> style.typed(word);
      case QUEUED, PAUSED -> style.faint(word);
      case DONE -> style.good(word);
      case CANCELLED -> style.doubtful(word);
      case FAILED -> style.bad(word);
    };
  }

  private static int cancel(Call call) throws IOException {
    return MachineCommands.done(call, call.client().jobs().cancel(theJob(call)));
  }

  private static int pause(Call call) throws IOException {
    return MachineCommands.done(call, call.client().jobs().pause(theJob(call)));
  }

  private static int resume(Call call) throws IOException {
    return MachineCommands.done(call, call.client().jobs().resume(theJob(call)));
  }

  /** The job that the words name. */
  static JobId theJob(Call call) {
    return call.words().job("JOB").orElseThrow(() -> new Usage("expected JOB"));
  }

  private static int job(Call call) throws IOException {
    JobId id = theJob(call);
    Report report = call.client().report(id);
    JobReport job = job(report, id);
    if (call.json()) {
      call.printDocument(job);
    } else {
      JobFacts.of(job, report.nowMs()).forEach(call::print);
    }
    return Action.DONE;
  }

  /** What the workers do. */
  record PhaseLine(Phase phase) {}

  /** What running jobs get equal amounts of. */
  record FairLine(Fairness fairness) {}

  private static int phase(Call call) throws IOException {
    Optional<String> wanted = call.words().optional("PHASE");
    if (wanted.isPresent()) {
      Phase phase = Words.oneOf("PHASE", wanted.get(), Phase.class);
      return MachineCommands.done(call, call.client().jobs().enter(phase));
    }
    Phase phase = call.client().report().phase();
    if (call.json()) {
      call.printDocument(new PhaseLine(phase));
    } else {
      call.print(
          switch (phase) {
            case TRAINING -> "training: models are loaded with train; jobs wait";
            case INFERENCE -> "inference: jobs run";
          });
    }
    return Action.DONE;
  }

  private static int fair(Call call) throws IOException {
    Optional<String> wanted = call.words().optional("BY");
    if (wanted.isPresent()) {
      Fairness by = Words.oneOf("BY", wanted.get(), Fairness.class);
      return MachineCommands.done(call, call.client().jobs().share(by));
    }
    Fairness by = call.client().report().fairness();
    if (call.json()) {
      call.printDocument(new FairLine(by));
    } else {
      call.print(
          switch (by) {
            case RATE -> "rate: running jobs get equal query rates per weight";
            case TIME -> "time: running jobs get equal machine time per weight";
          });
    }
    return Action.DONE;
  }

  private static int results(Call call) throws IOException {
    long most = call.words().number("--lines", 1, Long.MAX_VALUE).orElse(Long.MAX_VALUE);
    Optional<JobId> named = call.words().job("JOB");
    JobId id = named.isPresent() ? named.get() : newest(call.client().report());
    long[] printed = new long[1];
    call.client()
        .jobs()
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
