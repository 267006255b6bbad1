package idunno.core.worker;

import idunno.core.jobs.BatchKey;
import idunno.core.jobs.Input;
import idunno.core.jobs.Queries;
import idunno.core.models.ModelKey;
import java.util.List;

/**
 * A batch that a worker shall run, with all that it must know to do so.
 *
 * @param key the batch
 * @param tag its place in line: of the batches that wait, the one with the least tag runs next
 * @param model the revision of the model
 * @param queries the queries' numbers
 * @param inputs their pictures, in order, one a query
 */
public record Assignment(
    BatchKey key, double tag, ModelKey model, Queries queries, List<Input> inputs) {
  /**
   * Keeps its own copy of the list.
   *
   * @throws IllegalArgumentException if there is not one input a query
   */
  public Assignment {
    inputs = List.copyOf(inputs);
    if (inputs.size() != queries.size()) {
      throw new IllegalArgumentException(
          "batch " + key + ": " + queries.size() + " queries, but " + inputs.size() + " inputs");
    }
  }
}
