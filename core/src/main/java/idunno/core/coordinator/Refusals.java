package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which nodes couldn't run which batch. */
final class Refusals {
  /** A batch that nobody could run is given out this many times before its queries fail. */
  static final int MAX_ATTEMPTS = 3;

  private final NavigableMap<BatchKey, Tried> tried = new TreeMap<>();

  private static final class Tried {
    private final NavigableSet<NodeName> by = new TreeSet<>();
    private int count;
  }

  /** A node that couldn't run a batch gets it again only when no other is left to try. */
  boolean mayRun(BatchKey key, NodeName node, Collection<NodeName> runners) {
    // Most often nobody has refused anything, and this is asked for every batch that is looked at.
    Tried before = tried.isEmpty() ? null : tried.get(key);
    return before == null || !before.by.contains(node) || before.by.containsAll(runners);
  }

  /**
   * The node couldn't run the batch.
   *
   * @param runners the nodes that can be asked to run a batch
   * @return whether the batch has been tried often enough, by every one of them
   */
  boolean refused(BatchKey key, NodeName node, Collection<NodeName> runners) {
    Tried one = tried.computeIfAbsent(key, _ -> new Tried());
    one.by.add(node);
    one.count++;
    return one.count >= MAX_ATTEMPTS && one.by.containsAll(runners);
  }

  /** The job has ended. */
  void forget(JobId job) {
    tried.subMap(new BatchKey(job, 0), true, new BatchKey(job, Integer.MAX_VALUE), true).clear();
  }
}
