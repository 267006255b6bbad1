package idunno.node.inference;

import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;

/**
 * What came of one query. Everything but its timing is the same wherever the batch is run.
 *
 * @param result the answer, or why there is none; of the classes beyond the first, only those that
 *     score 1/10,000 or more: below that, their order would be no more than the order of their
 *     numbers
 * @param timing how long its parts took, as far as they were reached
 */
public record QueryOutcome(QueryResult result, Timing timing) {
  /** How many classes a classified picture has at most. */
  public static final int MOST_GUESSES = 5;
}
