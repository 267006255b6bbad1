package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Who has which batch: most are in one worker's hands, a few late ones in two. */
final class Hands {
  private final Map<JobId, Map<Integer, List<Given>>> byJob = new LinkedHashMap<>();

  /** What each job was charged for those of its batches that wait. */
  private final Map<JobId, Double> waitingCost = new LinkedHashMap<>();

  /** By hash, since every beat asks; nothing depends on its order. */
  private final Map<NodeId, Hand> byNode = new LinkedHashMap<>();

  /** A node has a batch, or what is known of that has changed. */
  void put(BatchKey key, Given given) {
    List<Given> others = others(key, given.node());
    byJob
        .computeIfAbsent(key.job(), _ -> new LinkedHashMap<>())
        .put(key.number(), others.isEmpty() ? List.of(given) : with(given, others));
    Hand hand = byNode.computeIfAbsent(given.node(), _ -> new Hand());
    hand.get(key).ifPresent(was -> count(key, was, -1));
    hand.put(key, given);
    count(key, given, 1);
  }

  private static List<Given> with(Given given, List<Given> others) {
    List<Given> all = new ArrayList<>(others);
    all.add(given);
    return all;
  }

  /** Most often so: a batch that two have is a rare one. */
  private static boolean isAlone(List<Given> holders, NodeId node) {
    return holders.isEmpty() || (holders.size() == 1 && holders.getFirst().node().equals(node));
  }

  private List<Given> others(BatchKey key, NodeId than) {
    List<Given> holders = holders(key);
    return isAlone(holders, than)
        ? List.of()
        : holders.stream().filter(given -> !given.node().equals(than)).toList();
  }

  /** A node has a batch no longer; what was known of it, if it had. */
  Optional<Given> remove(BatchKey key, NodeId node) {
    Hand hand = of(node);
    Given was = hand.remove(key);
    if (was == null) {
      return Optional.empty();
    }
    count(key, was, -1);
    if (hand.size() == 0) {
      byNode.remove(node);
    }
    List<Given> others = others(key, node);
    Map<Integer, List<Given>> ofJob = batchesOf(key.job());
    if (!others.isEmpty()) {
      ofJob.put(key.number(), others);
    } else {
      ofJob.remove(key.number());
      if (ofJob.isEmpty()) {
        byJob.remove(key.job());
        waitingCost.remove(key.job());
      }
    }
    return Optional.of(was);
  }

  private Map<Integer, List<Given>> batchesOf(JobId job) {
    return byJob.getOrDefault(job, Collections.emptyMap());
  }

  /** Nobody has the batch any more. */
  void removeAll(BatchKey key) {
    holders(key).forEach(given -> remove(key, given.node()));
  }

  /** Nobody has a batch of that job any more. */
  void removeAll(JobId job) {
    List.copyOf(batchesOf(job).keySet()).forEach(batch -> removeAll(new BatchKey(job, batch)));
  }

  /** Whether anybody has the batch. */
  boolean isHeld(BatchKey key) {
    return batchesOf(key.job()).containsKey(key.number());
  }

  /** Those who have the batch. */
  List<Given> holders(BatchKey key) {
    return batchesOf(key.job()).getOrDefault(key.number(), List.of());
  }

  /** What is known of a batch in one node's hands. */
  Optional<Given> of(BatchKey key, NodeId node) {
    return of(node).get(key);
  }

  /** What a node has. */
  Hand of(NodeId node) {
    Hand hand = byNode.get(node);
    return hand == null ? new Hand() : hand;
  }

  private void count(BatchKey key, Given given, int sign) {
    if (!given.running()) {
      waitingCost.merge(key.job(), sign * given.cost(), Double::sum);
    }
  }

  /** Who has what of one job, by batch. */
  NavigableMap<BatchKey, List<Given>> ofJob(JobId job) {
    NavigableMap<BatchKey, List<Given>> found = new TreeMap<>();
    batchesOf(job)
        .forEach((batch, holders) -> found.put(new BatchKey(job, batch), List.copyOf(holders)));
    return found;
  }

  /** Whether anybody has a batch of that job. */
  boolean hasAnyOf(JobId job) {
    return byJob.containsKey(job);
  }

  /** What a job was charged for those of its batches that wait and don't run yet. */
  double costOfWaiting(JobId job) {
    return waitingCost.getOrDefault(job, 0.0);
  }
}
