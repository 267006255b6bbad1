package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.JobId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

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
  /** Of two alike it is the older job. */
  private static final Comparator<Contender> BY_BEGUN =
      Comparator.<Contender>comparingDouble(one -> one.begun).thenComparing(one -> one.job);

  private final Custody custody;
  private final Hands hands;

  /** What was chosen for each node. It is taken for begun, or all desks would choose alike. */
  private final Map<NodeId, List<Hand.Waiting>> chosenBy = new LinkedHashMap<>();

  private final Map<JobId, Double> costOfChosen = new LinkedHashMap<>();

  /** A job of which something waits on the desk. */
  private static final class Contender {
    private final JobId job;
    private double begun;
    private final NavigableSet<Hand.Waiting> line;
    private int taken;

    Contender(JobId job, double begun, NavigableSet<Hand.Waiting> line) {
      this.job = job;
      this.begun = begun;
      this.line = line;
    }

    Hand.Waiting take() {
      Hand.Waiting one = line.stream().skip(taken).findFirst().orElseThrow();
      taken++;
      begun += one.cost();
      return one;
    }

    boolean isDone() {
      return taken == line.size();
    }
  }

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
    List<Contender> contenders = contenders(hands.of(node));
    if (contenders.size() < 2) {
      return List.of();
    }
    List<Hand.Waiting> chosen = new ArrayList<>();
    while (chosen.size() < slots && !contenders.isEmpty()) {
      Contender least = Collections.min(contenders, BY_BEGUN);
      Hand.Waiting one = least.take();
      if (least.isDone()) {
        contenders.remove(least);
      }
      chosen.add(one);
      costOfChosen.merge(one.key().job(), one.cost(), Double::sum);
    }
    chosenBy.put(node, chosen);
    return chosen.stream().map(Hand.Waiting::key).toList();
  }

  private List<Contender> contenders(Hand hand) {
    List<Contender> contenders = new ArrayList<>();
    hand.piles()
        .forEach(
            (job, pile) -> {
              if (!pile.line().isEmpty()) {
                contenders.add(new Contender(job, begun(job), pile.line()));
              }
            });
    return contenders;
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
