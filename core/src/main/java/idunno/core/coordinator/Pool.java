package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.jobs.Progress;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * What is left to give out of one job: the batches that came back, and those never given out.
 *
 * <p>Batches are given out about in their order. Of the next few a node gets the one of whose
 * pictures it holds the most on its own disk; none falls behind by more than a bound.
 */
final class Pool {
  /** Among so many of the next batches the nearest is looked for. */
  static final int WINDOW = 32;

  /** A batch that was passed over so long goes next, near or far. */
  private static final int MOST_BEHIND = 4 * WINDOW;

  private final NavigableMap<Integer, Optional<Map<NodeName, Integer>>> open = new TreeMap<>();
  private int cursor;

  /** A batch that was given out may be given out again. */
  void giveBack(int batch) {
    if (batch < cursor) {
      open.putIfAbsent(batch, Optional.empty());
    }
  }

  /**
   * The batch for a node; it is still in the pool.
   *
   * @param isFree whether nobody has it or has done it
   * @param mayRun whether that node may be given it
   * @param pictures how many of its pictures lie on which node
   */
  Optional<Integer> find(
      Progress job,
      NodeName node,
      IntPredicate isFree,
      IntPredicate mayRun,
      IntFunction<Map<NodeName, Integer>> pictures) {
    open.keySet().removeIf(batch -> !isFree.test(batch));
    int batches = job.cut().batches();
    while (open.size() < WINDOW && cursor < batches) {
      cursor = job.nextUndone(cursor);
      if (cursor < batches && isFree.test(cursor)) {
        open.put(cursor, Optional.empty());
      }
      cursor = Math.min(cursor + 1, batches);
    }
    Optional<Integer> nearest = Optional.empty();
    int most = -1;
    for (Map.Entry<Integer, Optional<Map<NodeName, Integer>>> one : open.entrySet()) {
      int batch = one.getKey();
      if (!mayRun.test(batch)) {
        continue;
      }
      Map<NodeName, Integer> where = one.getValue().orElseGet(() -> pictures.apply(batch));
      one.setValue(Optional.of(where));
      int near = where.getOrDefault(node, 0);
      if (near > most) {
        most = near;
        nearest = Optional.of(batch);
      }
      if (near == job.cut().sizeOf(batch) || batch < cursor - MOST_BEHIND) {
        break;
      }
    }
    return nearest;
  }

  /** A batch is given out. */
  void take(int batch) {
    open.remove(batch);
  }

  /** How many batches may be left in it at most. */
  int atMost(Progress job) {
    return open.size() + job.cut().batches() - Math.max(cursor, job.cut().firstOpen());
  }
}
