package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.jobs.Guess;
import idunno.core.models.ModelCard.Output;
import idunno.core.models.ModelCard.Scores;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankingTest {
  @Test
  void the_five_best_come_by_score_and_then_by_class() {
    assertEquals(
        List.of(
            new Guess(3, 4000),
            new Guess(0, 2000),
            new Guess(5, 2000),
            new Guess(1, 500),
            new Guess(2, 500)),
        probabilities(0, .2f, .05f, .05f, .4f, .05f, .2f, .05f));
  }

  @Test
  void a_difference_below_the_rounding_changes_nothing() {
    List<Guess> one = probabilities(0, .30001f, .30002f, .30003f, .09996f);
    List<Guess> other = probabilities(0, .30003f, .30001f, .30002f, .09998f);
    assertEquals(one, other);
    assertEquals(0, one.getFirst().classIndex());
  }

  @Test
  void classes_that_score_nothing_are_not_guessed() {
    assertEquals(
        List.of(new Guess(2, 9998), new Guess(1, 2)),
        probabilities(0, 0f, .0002f, .9998f, .00001f, 0f, 0f));
  }

  @Test
  void there_is_always_a_first_guess() {
    assertEquals(List.of(new Guess(0, 0)), probabilities(0, .00001f, .00002f));
  }

  @Test
  void softmax_makes_raw_scores_probabilities() {
    FloatBuffer logits = FloatBuffer.wrap(new float[] {9, 9, 1000, 1001, 1002});
    assertEquals(
        List.of(new Guess(2, 6652), new Guess(1, 2447), new Guess(0, 900)),
        Ranking.top(logits, 2, new Output(3, 0, Scores.LOGITS)));
  }

  @Test
  void outputs_that_mean_no_class_are_left_out_and_the_others_are_not_scaled_up() {
    assertEquals(List.of(new Guess(1, 3000), new Guess(0, 1000)), probabilities(1, .6f, .1f, .3f));
    assertEquals(
        List.of(new Guess(1, 2447), new Guess(0, 900)),
        Ranking.top(FloatBuffer.wrap(new float[] {2, 0, 1}), 0, new Output(2, 1, Scores.LOGITS)));
  }

  @Test
  void an_output_that_is_not_a_number_gives_no_guess() {
    assertEquals(List.of(), probabilities(0, .5f, Float.NaN));
    assertEquals(
        List.of(),
        Ranking.top(
            FloatBuffer.wrap(new float[] {1, Float.POSITIVE_INFINITY}),
            0,
            new Output(2, 0, Scores.LOGITS)));
  }

  private static List<Guess> probabilities(int skip, float... values) {
    return Ranking.top(
        FloatBuffer.wrap(values), 0, new Output(values.length - skip, skip, Scores.PROBABILITIES));
  }
}
