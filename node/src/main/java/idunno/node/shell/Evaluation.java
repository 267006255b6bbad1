package idunno.node.shell;

import idunno.node.api.ResultLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How often a model is right on pictures whose classes are known.
 *
 * <p>A picture that could not be classified counts as wrong: it was asked.
 */
final class Evaluation {
  /**
   * A class that is taken for another.
   *
   * @param expected what the pictures show
   * @param found what the model says first
   * @param count how many pictures
   * @param example one of them
   */
  record Confusion(String expected, String found, int count, String example) {}

  /**
   * The outcome.
   *
   * @param pictures how many pictures have a known class
   * @param failed how many of them could not be classified
   * @param top1 the share whose first guess is right, 0 to 1
   * @param top5 the share with the right class among the first five guesses, 0 to 1
   * @param confusions what is taken for what, the most frequent first
   */
  record Scores(int pictures, int failed, double top1, double top5, List<Confusion> confusions) {
    Scores {
      confusions = List.copyOf(confusions);
    }
  }

  private record Pair(String expected, String found) {}

  private static final class Tally {
    int count;
    String example = "";
  }

  private static final String FAILED = "(failed)";

  private final TrueLabels labels;
  private final Map<Pair, Tally> wrong = new LinkedHashMap<>();
  private final Map<String, Boolean> seen = new TreeMap<>();
  private int pictures;
  private int failed;
  private int first;
  private int firstFive;

  Evaluation(TrueLabels labels) {
    this.labels = labels;
  }

  /** Takes one picture's result. */
  void take(String picture, ResultLine result) {
    seen.put(picture, true);
    Optional<String> wanted = labels.of(picture);
    if (wanted.isEmpty()) {
      return;
    }
    pictures++;
    List<ResultLine.Top> guesses = result.top().orElse(List.of());
    failed += guesses.isEmpty() ? 1 : 0;
    int place = place(guesses, wanted.get());
    first += place == 0 ? 1 : 0;
    firstFive += place >= 0 && place < 5 ? 1 : 0;
    if (place != 0) {
      String found = guesses.isEmpty() ? FAILED : guesses.getFirst().label();
      Tally tally = wrong.computeIfAbsent(new Pair(wanted.get(), found), pair -> new Tally());
      tally.count++;
      tally.example = tally.count == 1 ? picture : tally.example;
    }
  }

  private static int place(List<ResultLine.Top> guesses, String wanted) {
    for (int i = 0; i < guesses.size(); i++) {
      if (TrueLabels.means(wanted, guesses.get(i).classIndex(), guesses.get(i).label())) {
        return i;
      }
    }
    return -1;
  }

  /** The pictures that the labels name and that did not come. */
  List<String> missing() {
    return labels.without(seen);
  }

  /** The outcome so far. */
  Scores scores() {
    List<Confusion> confusions = new ArrayList<>();
    wrong.forEach(
        (pair, tally) ->
            confusions.add(
                new Confusion(pair.expected(), pair.found(), tally.count, tally.example)));
    confusions.sort(Comparator.comparingInt(Confusion::count).reversed());
    double of = Math.max(1, pictures);
    return new Scores(pictures, failed, first / of, firstFive / of, confusions);
  }
}
