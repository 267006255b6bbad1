package idunno.core.state;

import idunno.core.base.Range;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.JobTable;
import idunno.core.jobs.Progress;
import idunno.core.models.Model;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Applies the commands of jobs to the state's tables. Made for one command.
 *
 * @param freed the chunks that are needed no longer are added here
 */
record JobChanges(JobTable jobs, FileTable files, ModelTable models, List<ChunkId> freed) {
  Reply apply(Command.JobChange command) {
    return switch (command) {
      case Command.SubmitJob submit -> submit(submit);
      case Command.CompleteBatches complete -> complete(complete);
      case Command.PublishPart part -> new ResultChanges(this).part(part);
      case Command.PublishResults publish -> new ResultChanges(this).whole(publish);
      case Command.RetryFailed retry -> new Retry(jobs, files, models).apply(retry);
      case Command.CancelJob cancel -> cancel(cancel);
      case Command.PauseJob pause -> turned(pause.job(), jobs.pause(pause.job()));
      case Command.ResumeJob resume -> turned(resume.job(), jobs.resume(resume.job()));
      case Command.ShareBy share -> {
        jobs.share(share.fairness());
        yield new Reply.Done();
      }
      case Command.EnterPhase enter -> {
        jobs.enter(enter.phase());
        yield new Reply.Done();
      }
    };
  }

  private Reply submit(Command.SubmitJob command) {
    Optional<Model> model = models.find(command.model());
    if (model.isEmpty()) {
      return ClusterState.noModel(command.model());
    }
    Optional<FileName> dataset = command.dataset().or(jobs::lastDataset);
    if (dataset.isEmpty()) {
      return new Reply.Refused("no dataset was used yet; name one with --dataset FOLDER");
    }
    List<FileName> names = files.namesIn(dataset.get());
    Range range = command.range();
    if (range.end() >= names.size()) {
      return new Reply.Refused(
          "queries "
              + range.start()
              + " to "
              + range.end()
              + ": dataset "
              + dataset.get()
              + (names.isEmpty() ? " has no files" : " has queries 0 to " + (names.size() - 1)));
    }
    int batchSize = command.batchSize().orElse(model.get().batchSize());
    if (batchSize < 1
        || batchSize > Model.MAX_BATCH_SIZE
        || command.weight() < 1
        || command.weight() > JobSpec.MAX_WEIGHT) {
      return new Reply.Refused(
          "expected a batch size of 1 to "
              + Model.MAX_BATCH_SIZE
              + " and a weight of 1 to "
              + JobSpec.MAX_WEIGHT
              + ", found "
              + batchSize
              + " and "
              + command.weight());
    }
    Optional<JobId> after = command.conditions().after();
    if (after.isPresent() && !jobs.everHad(after.get())) {
      return noJob(jobs, after.get());
    }
    List<Input> inputs = new ArrayList<>();
    for (FileName name : names.subList((int) range.start(), (int) range.end() + 1)) {
      FileVersion version = files.latest(name).orElseThrow();
      files.pin(version);
      inputs.add(new Input(name, version));
    }
    JobSpec job =
        new JobSpec(
            jobs.nextId(),
            model.get().key(),
            dataset.get(),
            range,
            batchSize,
            command.weight(),
            command.atMs(),
            command.conditions());
    jobs.submit(job, inputs);
    return new Reply.Submitted(job);
  }

  private Reply complete(Command.CompleteBatches command) {
    int counted = 0;
    for (BatchResult result : command.results()) {
      if (fits(result) && jobs.complete(result, command.atMs())) {
        counted++;
        jobs.get(result.key().job())
            .filter(Progress::hasFailed)
            .ifPresent(job -> end(job, JobState.FAILED, command.atMs()));
      }
    }
    return new Reply.Completed(counted, command.results().size() - counted);
  }

  private boolean fits(BatchResult result) {
    return jobs.get(result.key().job()).filter(job -> job.fits(result)).isPresent();
  }

  private Reply cancel(Command.CancelJob command) {
    Optional<Progress> job = jobs.get(command.job());
    if (job.isEmpty()) {
      return noJob(jobs, command.job());
    }
    JobState state = job.get().state();
    if (state.isEnd() || state == JobState.PUBLISHING) {
      return refused(job.get());
    }
    end(job.get(), JobState.CANCELLED, command.atMs());
    return new Reply.Done();
  }

  private Reply turned(JobId id, boolean isTurned) {
    return isTurned
        ? new Reply.Done()
        : jobs.get(id).map(JobChanges::refused).orElseGet(() -> noJob(jobs, id));
  }

  private static Reply refused(Progress job) {
    return new Reply.Refused(
        "job " + job.spec().id() + " is " + job.state().name().toLowerCase(Locale.ROOT));
  }

  static Reply noJob(JobTable jobs, JobId id) {
    return new Reply.Refused(jobs.whyUnknown(id));
  }

  void end(Progress job, JobState last, long atMs) {
    for (FileVersion version : jobs.end(job.spec().id(), last, atMs)) {
      freed.addAll(files.unpin(version));
    }
    pruneModels();
  }

  /** Lets revisions of models go that were replaced or removed and that no job needs any more. */
  void pruneModels() {
    Set<ModelKey> inUse = new TreeSet<>();
    for (Progress job : jobs.all()) {
      // One that is publishing still needs the model's labels.
      if (!job.state().isEnd()) {
        inUse.add(job.spec().model());
      }
    }
    for (Model dropped : models.prune(inUse)) {
      dropped.files().values().forEach(version -> freed.addAll(files.unpin(version)));
    }
  }
}
