package idunno.core.coordinator;

/**
 * When the results of a job that goes on are put in the store: those of all batches in a row that
 * are committed by then.
 *
 * @param queries when so many queries wait for it, 1 or more
 * @param afterMs or, where they are fewer, so long after the last time, in milliseconds
 */
public record PartRule(int queries, long afterMs) {
  /**
   * 4,096 queries or 10 s. So a job of millions of queries has at most some thousands in the state,
   * in parts of about a megabyte, and a slow one doesn't have a part for each batch.
   */
  public static final PartRule DEFAULT = new PartRule(4_096, 10_000);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException saying what was expected and found
   */
  public PartRule {
    if (queries < 1 || afterMs < 0) {
      throw new IllegalArgumentException(
          "parts of results: expected 1 query or more and 0 ms or more, found "
              + queries
              + " and "
              + afterMs);
    }
  }
}
