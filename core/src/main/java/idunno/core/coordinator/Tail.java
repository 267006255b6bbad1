package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import java.util.Comparator;
import java.util.List;
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

  /** A look takes about a microsecond a worker: of a thousand it is had a few times a second. */
  private static final int WORKERS_PER_MS = 3;

  /** Of the nodes with the shortest and the longest lines so many are looked at. */
  private static final int LOOKED_AT = 8;

  private static final int MOST_LAST = 64;

  private static final int MOST_LATE = 64;

  /** To be sooner by less than this isn't worth a move. */
  private static final double WORTH_MS = 200;

  /** Who doesn't hand back what is recalled for so long is taken to stand still. */
  private static final long DEAF_AFTER_MS = 1_000;

  /** A batch that has taken so many times what it should, and a moment more, is late. */
  private static final double LATE_FACTOR = 2;

  private static final double LATE_MS = 500;

  private final Hands hands;
  private final Recalls recalls = new Recalls();
  private Sight sight = new Sight(new TreeMap<>(), List.of(), List.of());
  private long lookedMs = Long.MIN_VALUE;

  /** When a node would be done with what goes before a job's next batch. */
  private record Queue(NodeId node, double aheadMs) {}

  /** The batch of an ending job that will be done last of those that wait at a node. */
  private record Last(BatchKey key, NodeId node, double tag, double leftMs) {}

  /** A job whose batches are all given out, or nearly. */
  private record Ending(double tag, Foremost<Queue> shortest) {
    Ending(double tag) {
      this(tag, new Foremost<>(LOOKED_AT, Comparator.comparingDouble(Queue::aheadMs)));
    }
  }

  private record Late(BatchKey key, double leftMs) {}

  /** The cluster at one moment. */
  private record Sight(NavigableMap<JobId, Ending> endings, List<Last> last, List<Late> late) {}

  Tail(Hands hands) {
    this.hands = hands;
  }

  /** Whether any job has few batches left to give out, as of the last look. */
  boolean hasEndings() {
    return !sight.endings().isEmpty();
  }

  /** Whether it is time to look around again. */
  boolean isDue(int workers, long nowMs) {
    return lookedMs == Long.MIN_VALUE
        || nowMs - lookedMs >= Math.max(LOOK_EVERY_MS, workers / WORKERS_PER_MS);
  }

  /**
   * Looks around: at what runs, and, where jobs are ending, once along each node's line.
   *
   * @param ending the jobs with few batches left to give out, and the tag of the next one of each
   */
  void look(Estimates estimates, NavigableMap<JobId, Double> ending, long nowMs) {
    lookedMs = nowMs;
    List<NodeId> workers = estimates.workers();
    NavigableMap<JobId, Ending> endings = new TreeMap<>();
    ending.forEach((job, tag) -> endings.put(job, new Ending(tag)));
    Foremost<Late> late =
        new Foremost<>(MOST_LATE, Comparator.comparingDouble(Late::leftMs).reversed());
    Foremost<Last> last =
        new Foremost<>(MOST_LAST, Comparator.comparingDouble(Last::leftMs).reversed());
    for (NodeId node : workers) {
      hands
          .of(node)
          .running()
          .forEach(
              (key, given) -> {
                if (isLate(estimates, key, given, nowMs)) {
                  late.offer(new Late(key, estimates.leftMs(key, given)));
                }
              });
      if (!endings.isEmpty()) {
        lookAlong(estimates.line(node), endings, last);
      }
    }
    recalls
        .all()
        .forEach(
            (key, recall) -> {
              if (nowMs - recall.sinceMs() > DEAF_AFTER_MS) {
                hands
                    .of(key, recall.from())
                    .filter(given -> !given.running())
                    .map(given -> estimates.line(recall.from()).aheadMs(given.tag()))
                    .ifPresent(left -> late.offer(new Late(key, left)));
              }
            });
    sight = new Sight(endings, last.toList(), late.toList());
  }

  private void lookAlong(Line line, NavigableMap<JobId, Ending> endings, Foremost<Last> last) {
    endings.forEach(
        (_, ending) -> ending.shortest().offer(new Queue(line.node(), line.aheadMs(ending.tag()))));
    NavigableMap<JobId, Hand.Waiting> lastOfJob = new TreeMap<>();
    for (Hand.Waiting one : hands.of(line.node()).line()) {
      if (endings.containsKey(one.key().job()) && !recalls.contains(one.key())) {
        lastOfJob.put(one.key().job(), one);
      }
    }
    for (Hand.Waiting one : lastOfJob.values()) {
      last.offer(new Last(one.key(), line.node(), one.tag(), line.aheadMs(one.tag())));
    }
  }

  private static boolean isLate(Estimates estimates, BatchKey key, Given given, long nowMs) {
    double run = estimates.runMs(given.node().name(), key).orElse(Double.POSITIVE_INFINITY);
    double ran = nowMs - given.noticedMs();
    return ran > LATE_FACTOR * run + LATE_MS;
  }

  /**
   * Whether another node would be done with a job's next batch before the one that asks.
   *
   * @param tag the batch's tag
   */
  boolean isSoonerElsewhere(DeskView desk, BatchKey key, double tag) {
    Ending ending = sight.endings().get(key.job());
    if (ending == null) {
      return false;
    }
    NodeId here = desk.node();
    Estimates estimates = desk.estimates();
    double done = desk.line().aheadMs(tag) + desk.runMs(key).orElse(0);
    for (Queue other : ending.shortest().toList()) {
      if (other.aheadMs() + WORTH_MS >= done) {
        return false;
      }
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
  Optional<BatchKey> recall(DeskView desk, long nowMs) {
    NodeId here = desk.node();
    if (recalls.countTo(here) >= desk.beat().slots()) {
      return Optional.empty();
    }
    for (Last last : sight.last()) {
      double aheadMs = desk.line().aheadMs(last.tag());
      if (aheadMs + WORTH_MS >= last.leftMs() || last.node().equals(here)) {
        continue;
      }
      double runMs = desk.runMs(last.key()).orElse(0);
      if (aheadMs + 2 * runMs + WORTH_MS < last.leftMs()
          && !recalls.contains(last.key())
          && hands.of(last.key(), last.node()).filter(one -> !one.running()).isPresent()) {
        recalls.put(last.key(), new Recalls.Recall(last.node(), here, nowMs));
        return Optional.of(last.key());
      }
    }
    return Optional.empty();
  }

  /** A batch that an idle node should run too, since whoever has it is late. */
  Optional<BatchKey> backup(DeskView desk) {
    for (Late late : sight.late()) {
      boolean isAlone = hands.holders(late.key()).size() == 1;
      boolean isHere = hands.of(late.key(), desk.node()).isPresent();
      double run = desk.runMs(late.key()).orElse(late.leftMs());
      if (isAlone && !isHere && run <= late.leftMs()) {
        return Optional.of(late.key());
      }
    }
    return Optional.empty();
  }

  /** What a node shall hand back. */
  List<BatchKey> recalledFrom(NodeId node) {
    return recalls.from(node);
  }

  /** The batch runs, is done, or was handed back: it is recalled no longer. */
  void forget(BatchKey key) {
    recalls.remove(key);
  }

  /** Nothing of that job is recalled any longer. */
  void forget(JobId job) {
    recalls.removeAll(job);
  }
}
