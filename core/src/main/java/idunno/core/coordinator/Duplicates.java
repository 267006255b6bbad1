package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Which reports were dropped, since another node's result of the batch was committed before: each
 * is counted once, however often its worker repeats it until it has heard that it is settled.
 *
 * <p>Soft state, so the count is as good as that: it misses a report whose proposal is lost, and
 * has one twice that is repeated to a new coordinator. No result depends on it.
 */
final class Duplicates {
  private final Map<NodeName, NavigableSet<BatchKey>> byNode = new LinkedHashMap<>();

  /** Takes what a worker's beat reports of that kind, and returns what it hadn't reported yet. */
  NavigableSet<BatchKey> news(NodeName node, NavigableSet<BatchKey> reported) {
    NavigableSet<BatchKey> news = new TreeSet<>(reported);
    news.removeAll(byNode.getOrDefault(node, Collections.emptyNavigableSet()));
    if (reported.isEmpty()) {
      byNode.remove(node);
    } else {
      byNode.put(node, reported);
    }
    return news;
  }
}
