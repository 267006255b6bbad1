package idunno.core.state;

import idunno.core.base.NodeId;
import idunno.core.files.FileName;
import idunno.core.jobs.JobSpec;
import idunno.core.models.ModelKey;
import java.util.List;
import java.util.Optional;

/** What a command came to. */
public sealed interface Reply {
  /** Done, and there is nothing more to say. */
  record Done() implements Reply {}

  /** The request was given up: nothing was changed, and no other try of it will change anything. */
  record GivenUp() implements Reply {}

  /**
   * Expected and harmless: nothing was changed.
   *
   * @param reason what was expected and found, for a person to read
   */
  record Refused(String reason) implements Reply {}

  /**
   * Nothing was committed: another version is there than the writer has said.
   *
   * @param expected the latest version's number as the writer knew it, 0 for "no such file"
   * @param found what it is
   */
  record Conflict(FileName name, int expected, int found) implements Reply {}

  /** The node's new id. */
  record Admitted(NodeId node) implements Reply {}

  /** The new versions' numbers, in the order of the files. */
  record Committed(List<Integer> numbers) implements Reply {}

  /**
   * How many versions are gone.
   *
   * @param untilMs until when they can be had back, milliseconds since 1970; 0 if they can't
   */
  record Deleted(int versions, long untilMs) implements Reply {}

  /** How many versions are back. */
  record Undeleted(int versions) implements Reply {}

  /** What went for good: of how many files how many versions. */
  record Reclaimed(int files, int versions) implements Reply {}

  /** So many files, and versions in all, have other names. */
  record Moved(int files, int versions) implements Reply {}

  /**
   * So many files have a new version.
   *
   * @param bytes how long they are in all
   * @param version its number, where it is one file and not a folder
   */
  record Copied(int files, long bytes, Optional<Integer> version) implements Reply {}

  /** The model's revision. */
  record ModelAdded(ModelKey model) implements Reply {}

  /** The revisions that are no more. */
  record ModelRemoved(List<ModelKey> models) implements Reply {
    /** Keeps its own copy of the list. */
    public ModelRemoved {
      models = List.copyOf(models);
    }
  }

  /** The job as it was taken. */
  record Submitted(JobSpec job) implements Reply {}

  /**
   * The job runs again.
   *
   * @param queries how many queries are run again
   * @param missing how many others have no answer, and never will: their pictures are gone
   */
  record Retried(long queries, long missing) implements Reply {}

  /** How many of the batches counted, and how many had been counted before. */
  record Completed(int counted, int duplicates) implements Reply {}
}
