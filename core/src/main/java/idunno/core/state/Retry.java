package idunno.core.state;

import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.jobs.Cut;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.JobTable;
import idunno.core.jobs.Progress;
import idunno.core.jobs.Queries;
import idunno.core.jobs.ResultPart;
import idunno.core.models.ModelTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Has a job that has ended go on with the queries that have no answer: those that failed, and those
 * that were never run since the job was given up. Their pictures are taken as they are now, by
 * name, so that a broken one can be replaced. Made for one command.
 */
record Retry(JobTable jobs, FileTable files, ModelTable models) {
  Reply apply(Command.RetryFailed command) {
    Optional<Progress> job = jobs.get(command.job());
    if (job.isEmpty()) {
      return JobChanges.noJob(jobs, command.job());
    }
    Optional<String> objection = objection(job.get());
    if (objection.isPresent()) {
      return new Reply.Refused("job " + command.job() + objection.get());
    }
    List<Long> queries = new ArrayList<>();
    List<Input> pictures = new ArrayList<>();
    NavigableMap<Long, FileName> missing = new TreeMap<>();
    unanswered(job.get())
        .forEach(
            (query, name) ->
                files
                    .latest(name)
                    .ifPresentOrElse(
                        version -> {
                          queries.add(query);
                          pictures.add(new Input(name, version));
                        },
                        () -> missing.put(query, name)));
    if (queries.isEmpty()) {
      return new Reply.Refused(
          "job %s: none of the pictures of its failed queries (%d) is in the store any more; put"
                  .formatted(command.job(), missing.size())
              + " them again under their names");
    }
    Optional<FileVersion> earlier = earlier(job.get());
    pictures.forEach(picture -> files.pin(picture.version()));
    job.get().written().forEach(part -> files.pin(part.version()));
    earlier.ifPresent(files::pin);
    job.get().reopen(Queries.of(queries), pictures, missing, earlier, command.atMs());
    return new Reply.Retried(queries.size(), missing.size());
  }

  private Optional<String> objection(Progress job) {
    String state = " is " + job.state().name().toLowerCase(Locale.ROOT);
    return switch (job.state()) {
      case QUEUED, RUNNING, PAUSED, PUBLISHING -> Optional.of(state + "; wait for its end");
      case CANCELLED -> Optional.of(state + "; submit it anew");
      case DONE ->
          job.failures() == 0 ? Optional.of(" has no failed queries") : objectionToEnded(job);
      case FAILED -> objectionToEnded(job);
    };
  }

  private Optional<String> objectionToEnded(Progress job) {
    JobSpec spec = job.spec();
    if (job.failed().isEmpty()) {
      return Optional.of(": which of its queries failed wasn't kept when it ended; submit it anew");
    }
    if (models.get(spec.model()).isEmpty()) {
      return Optional.of(
          ": its model " + spec.model() + " was removed; submit it anew, with another one");
    }
    for (ResultPart part : job.written()) {
      boolean isThere =
          files
              .version(part.name(), part.version().number())
              .filter(part.version()::equals)
              .isPresent();
      if (!isThere) {
        return Optional.of(lost(part.name()));
      }
    }
    boolean hasFile = job.state() == JobState.DONE || job.base().isPresent();
    return hasFile && earlier(job).isEmpty()
        ? Optional.of(lost(spec.resultFile()))
        : Optional.empty();
  }

  private static String lost(FileName name) {
    return ": its earlier results in "
        + name
        + " were deleted or moved; undelete them, or submit it anew";
  }

  /** The result file that there is already. */
  private Optional<FileVersion> earlier(Progress job) {
    FileName name = job.spec().resultFile();
    if (job.state() != JobState.DONE && job.base().isEmpty()) {
      return Optional.empty();
    }
    return job.published().isPresent()
        ? files.version(name, job.published().get())
        : files.latest(name);
  }

  private static NavigableMap<Long, FileName> unanswered(Progress job) {
    NavigableMap<Long, FileName> names = new TreeMap<>(job.failed().orElseThrow());
    Cut cut = job.cut();
    for (int batch = job.nextUndone(0); batch < cut.batches(); batch = job.nextUndone(batch + 1)) {
      List<Input> pictures = job.inputsOf(batch);
      long[] numbers = cut.queriesOf(batch).numbers().toArray();
      for (int i = 0; i < numbers.length; i++) {
        names.put(numbers[i], pictures.get(i).name());
      }
    }
    return names;
  }
}
