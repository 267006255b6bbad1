package idunno.core.jobs;

import java.util.List;

/** How one query ended. */
public sealed interface QueryResult {
  /**
   * The network's best guesses.
   *
   * @param guesses at most five, best first; equal scores in the order of the classes
   */
  record Classified(List<Guess> guesses) implements QueryResult {
    /** Keeps its own copy of the list. */
    public Classified {
      guesses = List.copyOf(guesses);
    }
  }

  /**
   * No answer can be had for this picture, whoever tries: it is broken or missing.
   *
   * @param reason what is wrong with it, the same words on every machine
   */
  record Failed(String reason) implements QueryResult {}
}
