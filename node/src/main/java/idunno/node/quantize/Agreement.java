package idunno.node.quantize;

import idunno.core.jobs.Guess;
import idunno.core.jobs.QueryResult;
import idunno.node.inference.QueryOutcome;
import java.util.List;

/**
 * How far two networks give the same answers.
 *
 * @param pictures how many pictures both classified
 * @param agreeing on how many of them both have the same first class
 * @param scoreShift the sum of the differences of the two scores of the first one's first class,
 *     without their signs, in units of 1; a class that is not among the second one's guesses scores
 *     0
 */
public record Agreement(int pictures, int agreeing, double scoreShift) {
  /** Of no picture yet. */
  public static final Agreement NONE = new Agreement(0, 0, 0);

  private static final double UNIT = 10_000;

  /** Compares two networks' outcomes of the same pictures. */
  static Agreement of(List<QueryOutcome> exact, List<QueryOutcome> rounded) {
    int pictures = 0;
    int agreeing = 0;
    double shift = 0;
    for (int i = 0; i < exact.size(); i++) {
      if (exact.get(i).result() instanceof QueryResult.Classified(List<Guess> wanted)
          && rounded.get(i).result() instanceof QueryResult.Classified(List<Guess> found)) {
        Guess first = wanted.getFirst();
        pictures++;
        agreeing += found.getFirst().classIndex() == first.classIndex() ? 1 : 0;
        int score =
            found.stream()
                .filter(guess -> guess.classIndex() == first.classIndex())
                .mapToInt(Guess::score)
                .findFirst()
                .orElse(0);
        shift += Math.abs(first.score() - score) / UNIT;
      }
    }
    return new Agreement(pictures, agreeing, shift);
  }

  /** Of the pictures of both. */
  Agreement and(Agreement other) {
    return new Agreement(
        pictures + other.pictures, agreeing + other.agreeing, scoreShift + other.scoreShift);
  }

  /** The share of pictures with the same first class, 0 to 1; 0 where there is no picture. */
  public double share() {
    return pictures == 0 ? 0 : (double) agreeing / pictures;
  }

  /** The mean change of the first class's score, 0 to 1. */
  public double meanScoreShift() {
    return pictures == 0 ? 0 : scoreShift / pictures;
  }
}
