package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
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
 *   <li>A batch that waits behind others is recalled for a node that would run it sooner.
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

  /** Of the nodes with the shortest and the longest lines so many are looked at. */
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
  private Sight sight = new Sight(new TreeMap<>(), List.of());
  private long lookedMs = Long.MIN_VALUE;

  /**
   * A batch that a node shall hand back.
   *
   * @param from that node
   * @param to who would have it
   */
  private record Recall(NodeId from, NodeId to, long sinceMs) {}

  /** When a node would be done with what goes before a job's next batch. */
  private record Line(NodeId node, double aheadMs) {}

  /** The batch of a job that will be done last of those that wait at a node. */
  private record Last(BatchKey key, NodeId node, double leftMs) {}

  /** A job whose batches are all given out, or nearly. */
  private record Ending(List<Line> shortest, List<Last> last) {}

  private record Late(BatchKey key, Given given, double leftMs) {}

  /** The cluster at one moment. */
  private record Sight(NavigableMap<JobId, Ending> endings, List<Late> late) {}

  Tail(Hands hands) {
    this.hands = hands;
  }

  /** Whether it is time to look around again. */
  boolean isDue(long nowMs) {
    return lookedMs == Long.MIN_VALUE || nowMs - lookedMs >= LOOK_EVERY_MS;
  }

  /**
   * Looks around.
   *
   * @param ending the jobs with few batches left to give out, and the tag of the next one of each
   */
  void look(Estimates estimates, NavigableMap<JobId, Double> ending, long nowMs) {
    lookedMs = nowMs;
    List<NodeId> workers = estimates.workers();
    NavigableMap<JobId, Ending> endings = new TreeMap<>();
    ending.forEach((job, tag) -> endings.put(job, ending(estimates, workers, job, tag)));
    List<Late> late = new ArrayList<>();
    for (NodeId node : workers) {
      for (Map.Entry<BatchKey, Given> one : hands.of(node).entrySet()) {
        if (isLate(estimates, one.getKey(), one.getValue(), nowMs)) {
          double left = estimates.leftMs(one.getKey(), one.getValue());
          late.add(new Late(one.getKey(), one.getValue(), left));
        }
      }
    }
    late.sort(Comparator.comparingDouble(Late::leftMs).reversed());
    sight = new Sight(endings, late.stream().limit(MOST_LATE).toList());
  }

  private Ending ending(Estimates estimates, List<NodeId> workers, JobId job, double tag) {
    List<Line> lines = new ArrayList<>();
    List<Last> last = new ArrayList<>();
    for (NodeId node : workers) {
      lines.add(new Line(node, estimates.aheadMs(node, tag)));
      lastInLine(node, job)
          .ifPresent(
              one ->
                  last.add(
                      new Last(
                          one.getKey(), node, estimates.leftMs(one.getKey(), one.getValue()))));
    }
    lines.sort(Comparator.comparingDouble(Line::aheadMs));
    last.sort(Comparator.comparingDouble(Last::leftMs).reversed());
    return new Ending(
        lines.stream().limit(LOOKED_AT).toList(), last.stream().limit(LOOKED_AT).toList());
  }

  private Optional<Map.Entry<BatchKey, Given>> lastInLine(NodeId node, JobId job) {
    return hands.of(node).entrySet().stream()
        .filter(one -> one.getKey().job().equals(job))
        .filter(one -> !one.getValue().running() && !recalls.containsKey(one.getKey()))
        .max(Comparator.comparingDouble(one -> one.getValue().tag()));
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

  /**
   * Whether another node would be done with a job's next batch before the one that asks.
   *
   * @param tag the batch's tag
   */
  boolean isSoonerElsewhere(Estimates estimates, DeskView desk, BatchKey key, double tag) {
    Ending ending = sight.endings().get(key.job());
    if (ending == null) {
      return false;
    }
    NodeId here = desk.node();
    double done = estimates.aheadMs(here, tag) + estimates.runMs(here.name(), key).orElse(0);
    for (Line other : ending.shortest()) {
      double there = other.aheadMs() + estimates.runMs(other.node().name(), key).orElse(0);
      if (!other.node().equals(here) && there + WORTH_MS < done) {
        return true;
      }
    }
    return false;
  }

  /**
   * Recalls a batch that waits elsewhere for a node that would run it much sooner. So the last
   * batches of a job don't stay behind on a few slow desks while others are far ahead.
   */
  Optional<BatchKey> recall(Estimates estimates, DeskView desk, long nowMs) {
    NodeId here = desk.node();
    long underWay = recalls.values().stream().filter(recall -> recall.to().equals(here)).count();
    if (underWay >= desk.beat().slots()) {
      return Optional.empty();
    }
    for (Ending ending : sight.endings().values()) {
      for (Last last : ending.last()) {
        Optional<Given> given = hands.of(last.key(), last.node());
        if (last.node().equals(here)
            || recalls.containsKey(last.key())
            || given.filter(one -> !one.running()).isEmpty()) {
          continue;
        }
        double run = estimates.runMs(here.name(), last.key()).orElse(0);
        double ahead = estimates.aheadMs(here, given.get().tag());
        if (ahead + 2 * run + WORTH_MS < last.leftMs()) {
          recalls.put(last.key(), new Recall(last.node(), here, nowMs));
          return Optional.of(last.key());
        }
      }
    }
    return Optional.empty();
  }

  /** A batch that an idle node should run too, since whoever has it is late. */
  Optional<BatchKey> backup(Estimates estimates, DeskView desk) {
    for (Late late : sight.late()) {
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
