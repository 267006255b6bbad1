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
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The batches that nodes shall hand back, so that others run them sooner. */
final class Recalls {
  private final NavigableMap<BatchKey, Recall> byBatch = new TreeMap<>();
  private final Map<NodeId, NavigableSet<BatchKey>> byFrom = new LinkedHashMap<>();
  private final Map<NodeId, Integer> countByTo = new LinkedHashMap<>();

  /**
   * A batch that a node shall hand back.
   *
   * @param from that node
   * @param to who would have it
   * @param sinceMs when it was recalled
   */
  record Recall(NodeId from, NodeId to, long sinceMs) {}

  void put(BatchKey key, Recall recall) {
    remove(key);
    byBatch.put(key, recall);
    byFrom.computeIfAbsent(recall.from(), _ -> new TreeSet<>()).add(key);
    countByTo.merge(recall.to(), 1, Integer::sum);
  }

  void remove(BatchKey key) {
    Recall recall = byBatch.remove(key);
    if (recall == null) {
      return;
    }
    NavigableSet<BatchKey> ofNode =
        byFrom.getOrDefault(recall.from(), Collections.emptyNavigableSet());
    ofNode.remove(key);
    if (ofNode.isEmpty()) {
      byFrom.remove(recall.from());
    }
    countByTo.computeIfPresent(recall.to(), (_, count) -> count == 1 ? null : count - 1);
  }

  void removeAll(JobId job) {
    List.copyOf(
            byBatch
                .subMap(new BatchKey(job, 0), true, new BatchKey(job, Integer.MAX_VALUE), true)
                .keySet())
        .forEach(this::remove);
  }

  boolean contains(BatchKey key) {
    return byBatch.containsKey(key);
  }

  /** Every recall, by batch. */
  NavigableMap<BatchKey, Recall> all() {
    return Collections.unmodifiableNavigableMap(byBatch);
  }

  /** What a node shall hand back. */
  List<BatchKey> from(NodeId node) {
    return new ArrayList<>(byFrom.getOrDefault(node, Collections.emptyNavigableSet()));
  }

  /** How many batches are recalled for a node. */
  int countTo(NodeId node) {
    return countByTo.getOrDefault(node, 0);
  }
}
