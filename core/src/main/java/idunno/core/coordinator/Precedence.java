package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.JobId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which of the batches that wait on a desk runs next: one of the job of which least was begun in
 * the whole cluster.
 *
 * <p>Batches are given out seconds ahead of their time, and {@link FairTime} makes even what is
 * given out. What waits is not: a desk is through with its batches sooner or later than was
 * thought, and then more of one job wait and less of another. So what was begun, which is what was
 * given out less what waits, is made even here, at each beat, by the choice of the next. It is the
 * same rule once more, start-time fair queueing, over what is begun.
 *
 * <p>Soft state, and all of it follows from what is in the workers' hands.
 */
final class Precedence {
  private final Custody custody;
  private final Hands hands;

  /** What was chosen for each node. It is taken for begun, or all desks would choose alike. */
  private final Map<NodeId, List<Hand.Waiting>> chosenBy = new LinkedHashMap<>();

  private final Map<JobId, Double> costOfChosen = new LinkedHashMap<>();

  Precedence(Custody custody, Hands hands) {
    this.custody = custody;
    this.hands = hands;
  }

  /**
   * The batches that a node shall take up next, the first first; others follow in the order of
   * their tags.
   *
   * @param slots how many
   * @return none if all that wait are of one job
   */
  List<BatchKey> next(NodeId node, int slots) {
    forget(node);
    Map<JobId, Iterator<Hand.Waiting>> waiting = new TreeMap<>();
    hands.of(node).lineByJob().forEach((job, ofJob) -> waiting.put(job, ofJob.iterator()));
    if (waiting.size() < 2) {
      return List.of();
    }
    List<Hand.Waiting> chosen = new ArrayList<>();
    while (chosen.size() < slots && !waiting.isEmpty()) {
      Map.Entry<JobId, Iterator<Hand.Waiting>> least =
          Collections.min(
              waiting.entrySet(), Comparator.comparingDouble(ofJob -> begun(ofJob.getKey())));
      Hand.Waiting one = least.getValue().next();
      if (!least.getValue().hasNext()) {
        waiting.remove(one.key().job());
      }
      chosen.add(one);
      costOfChosen.merge(one.key().job(), one.cost(), Double::sum);
    }
    chosenBy.put(node, chosen);
    return chosen.stream().map(Hand.Waiting::key).toList();
  }

  private double begun(JobId job) {
    return custody.begun(job) + costOfChosen.getOrDefault(job, 0.0);
  }

  /** A node is gone, or is asked anew. */
  void forget(NodeId node) {
    List<Hand.Waiting> chosen = chosenBy.remove(node);
    if (chosen != null) {
      chosen.forEach(
          one -> costOfChosen.computeIfPresent(one.key().job(), (_, sum) -> sum - one.cost()));
    }
  }

  /** A job runs no longer. */
  void forget(JobId job) {
    chosenBy.replaceAll(
        (_, chosen) -> chosen.stream().filter(one -> !one.key().job().equals(job)).toList());
    costOfChosen.remove(job);
  }
}
