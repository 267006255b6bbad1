package idunno.core.state;

import idunno.core.base.NodeId;
import idunno.core.jobs.JobSpec;
import idunno.core.models.ModelKey;
import java.util.List;

/** What a command came to. */
public sealed interface Reply {
  /** Done, and there is nothing more to say. */
  record Done() implements Reply {}

  /**
   * Expected and harmless: nothing was changed.
   *
   * @param reason what was expected and found, for a person to read
   */
  record Refused(String reason) implements Reply {}

  /** The node's new id. */
  record Admitted(NodeId node) implements Reply {}

  /** The new versions' numbers, in the order of the files. */
  record Committed(List<Integer> numbers) implements Reply {}

  /** How many versions are gone. */
  record Deleted(int versions) implements Reply {}

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

  /** How many of the batches counted, and how many had been counted before. */
  record Completed(int counted, int duplicates) implements Reply {}
}
