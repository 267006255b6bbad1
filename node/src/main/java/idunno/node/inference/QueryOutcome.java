package idunno.node.inference;

import java.util.List;

/** What came of one query. Everything but its timing is the same wherever the batch is run. */
public sealed interface QueryOutcome {
  /** How long its parts took. */
  Timing timing();

  /**
   * The picture was classified.
   *
   * @param guesses the likeliest classes, best first, at most {@link #MOST_GUESSES}: by score, then
   *     by class. Beyond the first, only classes that score 1 basis point or more: below that,
   *     their order would be no more than the order of their numbers
   * @param timing how long its parts took
   */
  record Classified(List<Guess> guesses, Timing timing) implements QueryOutcome {
    public Classified {
      guesses = List.copyOf(guesses);
    }
  }

  /**
   * The query has no answer, and will have none however often it is run.
   *
   * @param reason why, the same words on every machine
   * @param timing how long its parts took, as far as they were reached
   */
  record FailedQuery(String reason, Timing timing) implements QueryOutcome {}

  /** How many classes a classified picture has at most. */
  int MOST_GUESSES = 5;

  /**
   * One class that the picture may show.
   *
   * @param classIndex the class, counted from 0, as the model's labels are
   * @param basisPoints its probability in units of 1/10,000, rounded to the nearest
   */
  record Guess(int classIndex, int basisPoints) {}

  /**
   * How long the parts of one query took, each measured, in microseconds.
   *
   * @param fetchMicros reading its file
   * @param decodeMicros decoding and resizing its picture
   * @param runMicros the run of the network that it was in, which it shared with up to 7 others; 0
   *     if it was in none
   */
  record Timing(long fetchMicros, long decodeMicros, long runMicros) {}
}
