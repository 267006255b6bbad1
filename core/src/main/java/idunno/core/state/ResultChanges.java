package idunno.core.state;

import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.ResultPart;
import java.util.List;
import java.util.Optional;

/** Applies what puts the results of jobs in the store: in parts, then as one file. */
record ResultChanges(JobChanges changes) {
  private FileTable files() {
    return changes.files();
  }

  /** The results so far become visible as one more part, and are forgotten here. */
  Reply part(Command.PublishPart command) {
    Optional<Progress> job = changes.jobs().get(command.job());
    if (job.filter(one -> one.awaitsPart(command.firstBatch(), command.endBatch())).isEmpty()) {
      return another(
          command.chunks(),
          "job %s awaits no results of batches %d to %d"
              .formatted(command.job(), command.firstBatch(), command.endBatch() - 1));
    }
    files().addChunks(command.chunks());
    Optional<String> objection = files().objection(command.file(), 0);
    if (objection.isPresent()) {
      return another(command.chunks(), objection.get());
    }
    FileVersion version = commit(command.file(), command.chunks(), command.atMs());
    // Whatever becomes of its name: the result file will be made of it.
    files().pin(version);
    job.get()
        .wrote(
            new ResultPart(
                command.firstBatch(), command.endBatch(), command.file().name(), version));
    return new Reply.Committed(List.of(version.number()));
  }

  /** The result file becomes visible, its parts are files of their own no longer. */
  Reply whole(Command.PublishResults command) {
    Optional<Progress> job = changes.jobs().get(command.job());
    if (job.filter(one -> isDue(one, command)).isEmpty()) {
      return another(command.chunks(), "job " + command.job() + " has no results to publish");
    }
    files().addChunks(command.chunks());
    Optional<String> objection = files().objection(command.file(), 0);
    if (objection.isPresent()) {
      return another(command.chunks(), objection.get());
    }
    FileVersion version = commit(command.file(), command.chunks(), command.atMs());
    for (ResultPart part : job.get().written()) {
      changes.freed().addAll(files().deleteVersion(part.name(), part.version().number()));
    }
    changes.end(job.get(), JobState.DONE, command.atMs());
    job.get().published(version.number());
    return new Reply.Committed(List.of(version.number()));
  }

  private static boolean isDue(Progress job, Command.PublishResults command) {
    int batches = command.batches().orElse(job.spec().batches());
    return job.state() == JobState.PUBLISHING && batches == job.cut().batches();
  }

  /** Another coordinator has done it: the bytes that came with this one alone are in the way. */
  private Reply another(List<StoredChunk> chunks, String reason) {
    files().addChunks(chunks);
    changes.freed().addAll(files().dropUnreferenced(chunks));
    return new Reply.Refused(reason);
  }

  private FileVersion commit(NewFile file, List<StoredChunk> chunks, long atMs) {
    FileVersion version = files().commit(file, atMs);
    changes.freed().addAll(files().dropUnreferenced(chunks));
    changes.freed().addAll(files().trim(file.name()));
    return version;
  }
}
