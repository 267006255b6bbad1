package idunno.node.inference;

import idunno.core.jobs.Guess;
import idunno.core.models.ModelCard.Output;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a network's output into guesses that are the same on every machine.
 *
 * <p>Machines with other vector instructions add in another order, and their outputs differ in the
 * last bits. So a probability is rounded first, to whole basis points, and ranked then, equal ones
 * by class: a difference in the last bit changes nothing unless it lies on a rounding boundary.
 * {@link StrictMath} gives the same exponential everywhere; {@link Math} need not.
 */
final class Ranking {
  private static final int UNIT = 10_000;

  private Ranking() {}

  /**
   * The likeliest classes, as {@link QueryOutcome} describes them.
   *
   * <p>Softmax is taken over all outputs, those that mean no class included; the latter are then
   * left out, and the others are not scaled up.
   *
   * @param from the network's outputs
   * @param at the index of this picture's first output
   * @param meaning what they are
   * @return the guesses; none if an output is not a finite number
   */
  static List<Guess> top(FloatBuffer from, int at, Output meaning) {
    int outputs = meaning.classes() + meaning.skip();
    double[] scores = new double[outputs];
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < outputs; i++) {
      scores[i] = from.get(at + i);
      if (!Double.isFinite(scores[i])) {
        return List.of();
      }
      most = Math.max(most, scores[i]);
    }
    double sum =
        switch (meaning.scores()) {
          case LOGITS -> exponentials(scores, most);
          case PROBABILITIES -> 1.0;
        };
    List<Guess> best = new ArrayList<>(QueryOutcome.MOST_GUESSES + 1);
    for (int c = 0; c < meaning.classes(); c++) {
      double probability = Math.clamp(scores[meaning.skip() + c] / sum, 0.0, 1.0);
      int points = (int) Math.round(probability * UNIT);
      if (best.isEmpty() || points > 0) {
        insert(best, new Guess(c, points));
      }
    }
    if (best.size() > 1 && best.getLast().score() == 0) {
      best.removeLast(); // class 0 came first, before it was known that others score
    }
    return best;
  }

  private static double exponentials(double[] scores, double most) {
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = StrictMath.exp(scores[i] - most);
      sum += scores[i];
    }
    return sum;
  }

  /** Classes come in rising order, so a newcomer goes behind those that score the same. */
  private static void insert(List<Guess> best, Guess guess) {
    int place = best.size();
    while (place > 0 && best.get(place - 1).score() < guess.score()) {
      place--;
    }
    if (place < QueryOutcome.MOST_GUESSES) {
      best.add(place, guess);
      if (best.size() > QueryOutcome.MOST_GUESSES) {
        best.removeLast();
      }
    }
  }
}
