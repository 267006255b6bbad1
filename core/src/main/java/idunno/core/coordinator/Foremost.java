package idunno.core.coordinator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The first few of many by some order, without sorting the many. Of equals whoever came first goes
 * first.
 */
final class Foremost<T> {
  private final int most;
  private final Comparator<? super T> order;
  private final List<T> kept = new ArrayList<>();

  /**
   * Nothing was offered yet.
   *
   * @param most how many are kept
   */
  Foremost(int most, Comparator<? super T> order) {
    this.most = most;
    this.order = order;
  }

  /** One of the many. */
  void offer(T one) {
    if (kept.size() == most && order.compare(one, kept.getLast()) >= 0) {
      return;
    }
    int place = kept.size();
    while (place > 0 && order.compare(one, kept.get(place - 1)) < 0) {
      place--;
    }
    kept.add(place, one);
    if (kept.size() > most) {
      kept.removeLast();
    }
  }

  /** Those kept so far, in order. */
  List<T> toList() {
    return Collections.unmodifiableList(kept);
  }
}
