package idunno.node.shell;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What somebody may have meant. */
final class Nearest {
  private static final int SHOWN = 3;

  private Nearest() {}

  /**
   * The words nearest to the one that was typed: those that begin with it, and those that differ in
   * few letters (one, and one more for every third letter), nearest first, at most three.
   */
  static List<String> to(String typed, Collection<String> words) {
    return words.stream()
        .filter(word -> word.length() > 1)
        .filter(word -> distance(typed, word) <= 1 + typed.length() / 3)
        .sorted(Comparator.comparingInt((String word) -> distance(typed, word)))
        .limit(SHOWN)
        .toList();
  }

  private static int distance(String typed, String word) {
    return typed.length() > 1 && word.startsWith(typed) ? 0 : edits(typed, word);
  }

  /** How many letters must be put in, left out, replaced or swapped with their neighbour. */
  static int edits(String from, String to) {
    int[][] edits = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
        least = Math.min(least, edits[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          least = Math.min(least, edits[i - 2][j - 2] + 1);
        }
        edits[i][j] = least;
      }
    }
    return edits[from.length()][to.length()];
  }
}
