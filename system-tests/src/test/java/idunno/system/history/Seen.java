package idunno.system.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The configurations that a search has looked at.
 *
 * <p>Of two that differ only in how many unanswered operations were used up, the one that used
 * fewer of each kind can go wherever the other can; the other needn't be looked at.
 */
final class Seen {
  private final Map<Place, List<List<Integer>>> leastUsed = new HashMap<>();
  private int size;

  /** What was taken of the answered operations, and the state then. */
  record Place(int first, BitSet more, Register state) {}

  /** Remembers a configuration; false if it, or one that can do all that it can, was seen. */
  boolean isNew(Place place, List<Integer> used) {
    List<List<Integer>> others = leastUsed.computeIfAbsent(place, ignored -> new ArrayList<>(1));
    for (List<Integer> other : others) {
      if (isAtMost(other, used)) {
        return false;
      }
    }
    size -= others.size();
    others.removeIf(other -> isAtMost(used, other));
    others.add(used);
    size += others.size();
    return true;
  }

  private static boolean isAtMost(List<Integer> some, List<Integer> others) {
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i) > others.get(i)) {
        return false;
      }
    }
    return true;
  }

  int size() {
    return size;
  }
}
