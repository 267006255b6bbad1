package idunno.core.jobs;

import idunno.core.base.NodeId;
import java.util.List;

/**
 * What a worker reports of a batch that it has run.
 *
 * @param key the batch
 * @param node who ran it
 * @param startedMs when it began, by the worker's clock, milliseconds since 1970
 * @param finishedMs when it ended, by the worker's clock
 * @param results one a query, in their order
 * @param timings one a query, in their order
 */
public record BatchResult(
    BatchKey key,
    NodeId node,
    long startedMs,
    long finishedMs,
    List<QueryResult> results,
    List<Timing> timings) {
  /**
   * Keeps its own copies of the lists.
   *
   * @throws IllegalArgumentException if there is not one timing for each result
   */
  public BatchResult {
    results = List.copyOf(results);
    timings = List.copyOf(timings);
    if (results.size() != timings.size()) {
      throw new IllegalArgumentException(
          "batch " + key + ": " + results.size() + " results, but " + timings.size() + " timings");
    }
  }

  /** How long it was run, by the worker's clock, in milliseconds. */
  public long ranMs() {
    return finishedMs - startedMs;
  }
}
