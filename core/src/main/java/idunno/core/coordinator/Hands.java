package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Who has which batch: most are in one worker's hands, a few late ones in two. */
final class Hands {
  private final NavigableMap<BatchKey, NavigableMap<NodeId, Given>> byBatch = new TreeMap<>();
  private final NavigableMap<NodeId, NavigableMap<BatchKey, Given>> byNode = new TreeMap<>();

  /** A node has a batch, or what is known of that has changed. */
  void put(BatchKey key, Given given) {
    byBatch.computeIfAbsent(key, _ -> new TreeMap<>()).put(given.node(), given);
    byNode.computeIfAbsent(given.node(), _ -> new TreeMap<>()).put(key, given);
  }

  /** A node has a batch no longer; what was known of it, if it had. */
  Optional<Given> remove(BatchKey key, NodeId node) {
    NavigableMap<BatchKey, Given> ofNode =
        byNode.getOrDefault(node, Collections.emptyNavigableMap());
    if (!ofNode.containsKey(key)) {
      return Optional.empty();
    }
    Given was = ofNode.remove(key);
    if (ofNode.isEmpty()) {
      byNode.remove(node);
    }
    NavigableMap<NodeId, Given> holders = byBatch.getOrDefault(key, new TreeMap<>());
    holders.remove(node);
    if (holders.isEmpty()) {
      byBatch.remove(key);
    }
    return Optional.ofNullable(was);
  }

  /** Nobody has the batch any more. */
  void removeAll(BatchKey key) {
    List.copyOf(holders(key)).forEach(given -> remove(key, given.node()));
  }

  /** Nobody has a batch of that job any more. */
  void removeAll(JobId job) {
    List.copyOf(ofJob(job).keySet()).forEach(this::removeAll);
  }

  /** Whether anybody has the batch. */
  boolean isHeld(BatchKey key) {
    return byBatch.containsKey(key);
  }

  /** Those who have the batch. */
  Collection<Given> holders(BatchKey key) {
    return byBatch.getOrDefault(key, Collections.emptyNavigableMap()).values();
  }

  /** What is known of a batch in one node's hands. */
  Optional<Given> of(BatchKey key, NodeId node) {
    return Optional.ofNullable(of(node).get(key));
  }

  /** What a node has, by batch. */
  NavigableMap<BatchKey, Given> of(NodeId node) {
    return byNode.getOrDefault(node, Collections.emptyNavigableMap());
  }

  /** Who has what of one job, by batch. */
  NavigableMap<BatchKey, List<Given>> ofJob(JobId job) {
    NavigableMap<BatchKey, List<Given>> found = new TreeMap<>();
    byBatch
        .subMap(new BatchKey(job, 0), true, new BatchKey(job, Integer.MAX_VALUE), true)
        .forEach((key, holders) -> found.put(key, new ArrayList<>(holders.values())));
    return found;
  }

  /**
   * The tag of the batch that is first in line, on the desk in the middle: half of all desks are
   * further on, and half are behind, as is that of a node that stands still.
   */
  OptionalDouble firstInLine() {
    double[] first =
        byNode.values().stream()
            .map(Hands::leastWaiting)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .sorted()
            .toArray();
    return first.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(first[(first.length - 1) / 2]);
  }

  private static OptionalDouble leastWaiting(NavigableMap<BatchKey, Given> ofNode) {
    return ofNode.values().stream().filter(given -> !given.running()).mapToDouble(Given::tag).min();
  }
}
