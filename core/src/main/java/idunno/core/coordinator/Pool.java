package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.jobs.Progress;
import java.util.List;
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
 * pictures it holds the most on its own disk; of several such, one that it is the home of. None
 * falls behind by more than a bound.
 *
 * <p>A batch's home follows from its queries and from who holds their pictures, and from nothing of
 * the job: so the next job over the same dataset finds most pictures on nodes that have decoded
 * them already. Nobody keeps books on that; a node with nothing of its own left takes any batch.
 */
final class Pool {
  /** Among so many of the next batches the nearest is looked for. */
  static final int WINDOW = 32;

  /** So many queries in a row of a dataset have one home, whatever the batches' size is. */
  private static final int QUERIES_OF_A_HOME = 32;

  /** A batch that was passed over so long goes next, near or far. */
  private static final int MOST_BEHIND = 4 * WINDOW;

  private final NavigableMap<Integer, Optional<Site>> open = new TreeMap<>();
  private int cursor;

  /**
   * Where a batch's pictures are.
   *
   * @param pictures how many of them lie on which node; by hash, since every desk asks
   * @param home in turn one of the nodes that hold the most of them
   */
  private record Site(Map<NodeName, Integer> pictures, Optional<NodeName> home) {
    static Site of(Progress job, int batch, Map<NodeName, Integer> pictures) {
      int most = pictures.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      List<NodeName> holders =
          pictures.entrySet().stream()
              .filter(one -> one.getValue() == most)
              .map(Map.Entry::getKey)
              .sorted()
              .toList();
      long turn = job.cut().spanOf(batch).start() / QUERIES_OF_A_HOME;
      return new Site(
          pictures,
          holders.isEmpty()
              ? Optional.empty()
              : Optional.of(holders.get((int) (turn % holders.size()))));
    }

    boolean isHome(NodeName node) {
      return home.isPresent() && home.get().equals(node);
    }

    /** The more the nearer. */
    int nearness(NodeName node) {
      return 2 * pictures.getOrDefault(node, 0) + (isHome(node) ? 1 : 0);
    }
  }

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
    Optional<Integer> nearest = nearest(job, node, isFree, mayRun, pictures);
    while (nearest.filter(batch -> !isFree.test(batch)).isPresent()) {
      // Somebody had it already when a new coordinator asked around, or an old one committed it.
      open.remove(nearest.get());
      nearest = nearest(job, node, isFree, mayRun, pictures);
    }
    return nearest;
  }

  private Optional<Integer> nearest(
      Progress job,
      NodeName node,
      IntPredicate isFree,
      IntPredicate mayRun,
      IntFunction<Map<NodeName, Integer>> pictures) {
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
    for (Map.Entry<Integer, Optional<Site>> one : open.entrySet()) {
      int batch = one.getKey();
      if (!mayRun.test(batch)) {
        continue;
      }
      if (one.getValue().isEmpty()) {
        one.setValue(Optional.of(Site.of(job, batch, pictures.apply(batch))));
      }
      Site site = one.getValue().orElseThrow();
      int near = site.nearness(node);
      if (near > most) {
        most = near;
        nearest = Optional.of(batch);
      }
      boolean isNearest = site.isHome(node) && near > 2 * job.cut().sizeOf(batch);
      if (isNearest || batch < cursor - MOST_BEHIND) {
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
