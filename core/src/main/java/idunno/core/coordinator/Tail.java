package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is done with the last batches, when some nodes have nothing to run any more and others still
 * have much.
 *
 * <ul>
 *   <li>A node doesn't get one of the last batches if another, with all that it has, would be done
 *       with it sooner: a slow one would keep the whole job waiting.
 *   <li>A batch that waits behind others is recalled for a node that is sooner free.
 *   <li>A batch that takes much longer than it should is run a second time, by a node that has
 *       nothing else to do. Whoever is done first is counted, once. These are the backup tasks of
 *       MapReduce (Dean and Ghemawat, 2004), for those that will end last, as LATE has them
 *       (Zaharia et al., 2008).
 * </ul>
 *
 * <p>It looks at the whole cluster a few times a second at most, however many nodes ask.
 */
final class Tail {
  private static final long LOOK_EVERY_MS = 100;

  /** Of the freest and the busiest nodes so many are looked at. */
  private static final int LOOKED_AT = 8;

  private static final int MOST_LATE = 64;

  /** To be sooner by less than this isn't worth a move. */
  private static final double WORTH_MS = 200;

  /** Who doesn't hand back what is recalled for so long is taken to stand still. */
  private static final long DEAF_AFTER_MS = 1_000;

  /** A batch that has taken so many times what it should, and a moment more, is late. */
  private static final double LATE_FACTOR = 2;

  private static final double LATE_MS = 500;

  private final Hands hands;
  private final NavigableMap<BatchKey, Recall> recalls = new TreeMap<>();
  private Sight sight = new Sight(List.of(), List.of(), List.of());
  private long lookedMs = Long.MIN_VALUE;

  /**
   * A batch that a node shall hand back.
   *
   * @param from that node
   * @param to who would have it
   */
  private record Recall(NodeId from, NodeId to, long sinceMs) {}

  private record Backlog(NodeId node, double ms) {}

  private record Late(BatchKey key, Given given, double leftMs) {}

  /** The cluster at one moment. */
  private record Sight(List<Backlog> freest, List<Backlog> busiest, List<Late> late) {}

  Tail(Hands hands) {
    this.hands = hands;
  }

  private Sight look(Estimates estimates, long nowMs) {
    if (lookedMs != Long.MIN_VALUE && nowMs - lookedMs < LOOK_EVERY_MS) {
      return sight;
    }
    lookedMs = nowMs;
    List<Backlog> backlogs = new ArrayList<>();
    List<Late> late = new ArrayList<>();
    for (NodeId node : estimates.workers()) {
      backlogs.add(new Backlog(node, estimates.backlogMs(node)));
      for (Map.Entry<BatchKey, Given> one : hands.of(node).entrySet()) {
        if (isLate(estimates, one.getKey(), one.getValue(), nowMs)) {
          late.add(
              new Late(
                  one.getKey(), one.getValue(), estimates.leftMs(one.getKey(), one.getValue())));
        }
      }
    }
    backlogs.sort(Comparator.comparingDouble(Backlog::ms));
    late.sort(Comparator.comparingDouble(Late::leftMs).reversed());
    sight =
        new Sight(
            backlogs.stream().limit(LOOKED_AT).toList(),
            backlogs.reversed().stream().limit(LOOKED_AT).toList(),
            late.stream().limit(MOST_LATE).toList());
    return sight;
  }

  private boolean isLate(Estimates estimates, BatchKey key, Given given, long nowMs) {
    if (!given.running()) {
      Recall recall = recalls.get(key);
      return recall != null && nowMs - recall.sinceMs() > DEAF_AFTER_MS;
    }
    double run = estimates.runMs(given.node().name(), key).orElse(Double.POSITIVE_INFINITY);
    double ran = nowMs - given.noticedMs();
    return ran > LATE_FACTOR * run + LATE_MS;
  }

  /** Whether a node that has work would be done with the batch before the one that asks. */
  boolean isSoonerElsewhere(Estimates estimates, DeskView desk, BatchKey key, long nowMs) {
    double here =
        estimates.backlogMs(desk.node()) + estimates.runMs(desk.node().name(), key).orElse(0);
    for (Backlog other : look(estimates, nowMs).freest()) {
      double there = other.ms() + estimates.runMs(other.node().name(), key).orElse(0);
      if (!other.node().equals(desk.node()) && there + WORTH_MS < here) {
        return true;
      }
    }
    return false;
  }

  /** Recalls a batch for a node that has nothing to wait for, if that pays. */
  Optional<BatchKey> recall(Estimates estimates, DeskView desk, long nowMs) {
    long underWay =
        recalls.values().stream().filter(recall -> recall.to().equals(desk.node())).count();
    if (underWay >= desk.beat().slots()) {
      return Optional.empty();
    }
    double here = estimates.backlogMs(desk.node());
    for (Backlog busy : look(estimates, nowMs).busiest()) {
      Optional<BatchKey> last = lastInLine(busy.node());
      if (busy.node().equals(desk.node()) || last.isEmpty()) {
        continue;
      }
      double run = estimates.runMs(desk.node().name(), last.get()).orElse(0);
      if (here + 2 * run + WORTH_MS < estimates.backlogMs(busy.node())) {
        recalls.put(last.get(), new Recall(busy.node(), desk.node(), nowMs));
        return last;
      }
    }
    return Optional.empty();
  }

  private Optional<BatchKey> lastInLine(NodeId node) {
    return hands.of(node).entrySet().stream()
        .filter(one -> !one.getValue().running() && !recalls.containsKey(one.getKey()))
        .max(Comparator.comparingDouble(one -> one.getValue().tag()))
        .map(Map.Entry::getKey);
  }

  /** A batch that an idle node should run too, since whoever has it is late. */
  Optional<BatchKey> backup(Estimates estimates, DeskView desk, long nowMs) {
    for (Late late : look(estimates, nowMs).late()) {
      boolean isAlone = hands.holders(late.key()).size() == 1;
      boolean isHere = hands.of(late.key(), desk.node()).isPresent();
      double run = estimates.runMs(desk.node().name(), late.key()).orElse(late.leftMs());
      if (isAlone && !isHere && run <= late.leftMs()) {
        return Optional.of(late.key());
      }
    }
    return Optional.empty();
  }

  /** What a node shall hand back. */
  List<BatchKey> recalledFrom(NodeId node) {
    List<BatchKey> keys = new ArrayList<>();
    recalls.forEach(
        (key, recall) -> {
          if (recall.from().equals(node)) {
            keys.add(key);
          }
        });
    return keys;
  }

  /** The batch runs, is done, or was handed back: it is recalled no longer. */
  void forget(BatchKey key) {
    recalls.remove(key);
  }
}
