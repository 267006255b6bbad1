package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.state.ClusterState;
import idunno.core.worker.Beat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * Where each batch of a running job is: in its job's pool, in somebody's hands, or put forward for
 * commitment; and what its job was charged for it.
 *
 * <p>Whatever moves a batch from one of these places to another is here, so that none is in two of
 * them, nor in none. Soft state: a new coordinator learns who has which batch from the workers'
 * beats, and what is done from the cluster's state.
 */
final class Custody {
  private final FairTime fairTime;
  private final Hands hands;
  private final Paces paces;
  private final Tail tail;
  private final NavigableMap<JobId, Pool> pools = new TreeMap<>();
  private final Set<BatchKey> proposed = new LinkedHashSet<>();
  private Fairness fairness = Fairness.RATE;

  Custody(FairTime fairTime, Hands hands, Paces paces, Tail tail) {
    this.fairTime = fairTime;
    this.hands = hands;
    this.paces = paces;
    this.tail = tail;
  }

  /** Charges in that way from now on. */
  void share(Fairness by) {
    if (fairness != by) {
      fairness = by;
      fairTime.level();
    }
  }

  /** A job runs; false if it ran already. */
  boolean begin(JobId job) {
    if (pools.putIfAbsent(job, new Pool()) != null) {
      return false;
    }
    fairTime.join(job, level());
    return true;
  }

  /** A job runs no longer. */
  void end(JobId job) {
    pools.remove(job);
    fairTime.leave(job);
    hands.removeAll(job);
    tail.forget(job);
    proposed.removeIf(key -> key.job().equals(job));
  }

  /**
   * How far the running jobs have come, by what of them was begun and not by what was given out:
   * each one's clock less what it was charged for batches that wait. Of several jobs the one in the
   * middle counts, for one that nobody can run stays behind.
   *
   * <p>The tags of what runs next would not do: a slow desk's next batch was given to it long ago,
   * a fast one's just now, and who began as far back as the former would have all fast machines to
   * himself until he has caught up.
   *
   * @return nothing if nobody has a batch of any
   */
  OptionalDouble level() {
    double[] begun =
        pools.keySet().stream().filter(hands::hasAnyOf).mapToDouble(this::begun).sorted().toArray();
    return begun.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(begun[(begun.length - 1) / 2]);
  }

  /**
   * Forgives jobs by how much they are ahead of the level. While a new job's first batches are on
   * their way the machines go on with the others', and of many machines that is so much that a job
   * that was alone would be served less than its share for half a minute to make up for it.
   */
  void forgive() {
    level()
        .ifPresent(
            level ->
                pools
                    .keySet()
                    .forEach(job -> fairTime.corrected(job, Math.min(0, level - begun(job)))));
  }

  /** How far a job has come, by what of it was begun: its clock less what is charged and waits. */
  double begun(JobId job) {
    return fairTime.clock(job) - hands.costOfWaiting(job);
  }

  /** Whether no job runs. */
  boolean isEmpty() {
    return pools.isEmpty();
  }

  /** The jobs that run, oldest first. */
  List<JobId> jobs() {
    return List.copyOf(pools.keySet());
  }

  /** How many batches of a job may be left to give out, at most. */
  int leftAtMost(Progress job) {
    return pool(job.spec().id()).atMost(job);
  }

  /**
   * The job's batch that a node would be given; it is still in the pool.
   *
   * @param mayRun whether that node may be given it
   * @param pictures how many of its pictures lie on which node
   */
  Optional<Integer> find(
      Progress job,
      NodeName node,
      IntPredicate mayRun,
      IntFunction<Map<NodeName, Integer>> pictures) {
    return pool(job.spec().id()).find(job, node, batch -> isFree(job, batch), mayRun, pictures);
  }

  private boolean isFree(Progress job, int batch) {
    BatchKey key = new BatchKey(job.spec().id(), batch);
    return !job.isDone(batch) && !hands.isHeld(key) && !proposed.contains(key);
  }

  private Pool pool(JobId id) {
    return pools.computeIfAbsent(id, _ -> new Pool());
  }

  /** Gives a batch out of its pool, and charges its job for it. */
  Given give(ClusterState state, BatchKey key, NodeId node, long nowMs) {
    pool(key.job()).take(key.number());
    double cost = cost(state, key, node.name());
    double tag = fairTime.served(key.job(), cost);
    return put(key, new Given(node, false, nowMs, nowMs, tag, cost));
  }

  /** Gives a batch to a second node; its job was charged for it already. */
  Given giveToAnother(BatchKey key, NodeId node, long nowMs) {
    double tag = hands.holders(key).getFirst().tag();
    return put(key, new Given(node, false, nowMs, nowMs, tag, 0));
  }

  private Given put(BatchKey key, Given given) {
    hands.put(key, given);
    return given;
  }

  /** What a batch is charged: queries, or the machine's time, per unit of weight. */
  double cost(ClusterState state, BatchKey key, NodeName node) {
    Progress job = state.jobs().get(key.job()).orElseThrow();
    JobSpec spec = job.spec();
    double queries = job.cut().sizeOf(key.number());
    double service =
        switch (fairness) {
          case RATE -> queries;
          case TIME -> queries * paces.msPerQuery(node, spec.model()).orElse(1);
        };
    return service / spec.weight();
  }

  /** A worker says that it has the batch. False if it shall drop it: another has it already. */
  boolean holds(ClusterState state, NodeId node, Beat.Held held, long nowMs) {
    BatchKey key = held.key();
    Given before = hands.of(node).get(key).orElse(null);
    if (before == null) {
      if (proposed.contains(key) || hands.isHeld(key)) {
        return false;
      }
      double cost = cost(state, key, node.name());
      fairTime.found(key.job(), held.tag(), cost);
      hands.put(key, new Given(node, held.running(), held.sinceMs(), nowMs, held.tag(), cost));
    } else if (before.running() != held.running()) {
      hands.put(
          key, new Given(node, held.running(), held.sinceMs(), nowMs, held.tag(), before.cost()));
    }
    if (held.running()) {
      tail.forget(key);
    }
    return true;
  }

  /** Whether the batch is in that node's hands. */
  boolean isGivenTo(BatchKey key, NodeId node) {
    return hands.of(key, node).isPresent();
  }

  /** How many batches are in a node's hands. */
  int countOf(NodeId node) {
    return hands.of(node).size();
  }

  /** The batches in a node's hands. */
  List<BatchKey> givenTo(NodeId node) {
    return List.copyOf(hands.of(node).batches());
  }

  /** Who has what of one job, by batch. */
  NavigableMap<BatchKey, List<Given>> given(JobId job) {
    return hands.ofJob(job);
  }

  /** The batch is in that node's hands no longer; someone else may have it. */
  void takeBack(ClusterState state, BatchKey key, NodeId node) {
    Optional<Given> was = hands.remove(key, node);
    if (was.isEmpty()) {
      return;
    }
    tail.forget(key);
    if (!hands.isHeld(key) && isOpen(state, key)) {
      pool(key.job()).giveBack(key.number());
      fairTime.corrected(key.job(), -was.get().cost());
    }
  }

  /** The node is gone: what it had may be given to others. */
  void forget(ClusterState state, NodeId node) {
    givenTo(node).forEach(key -> takeBack(state, key, node));
  }

  /** Results of the batch are put forward; false if they are already. */
  boolean propose(ClusterState state, BatchResult result) {
    BatchKey key = result.key();
    if (fairness == Fairness.TIME) {
      double took = (double) Math.max(0, result.ranMs()) / spec(state, key).weight();
      hands
          .of(key, result.node())
          .ifPresent(given -> fairTime.corrected(key.job(), took - given.cost()));
    }
    hands.removeAll(key);
    tail.forget(key);
    return proposed.add(key);
  }

  /** Whether the job runs, and all results of it that aren't committed are put forward for it. */
  boolean isAllPutForward(Progress job) {
    JobId id = job.spec().id();
    return pools.containsKey(id) && leftAtMost(job) == 0 && !hands.hasAnyOf(id);
  }

  /** What became of the proposal isn't known: if the worker reports again, propose again. */
  void unsettle(ClusterState state, BatchKey key) {
    if (proposed.remove(key) && isOpen(state, key) && !hands.isHeld(key)) {
      pool(key.job()).giveBack(key.number());
    }
  }

  /** The worker is told that the batch is committed. */
  void settled(BatchKey key) {
    proposed.remove(key);
  }

  private static boolean isOpen(ClusterState state, BatchKey key) {
    return isRunning(state, key.job())
        && !state.jobs().get(key.job()).orElseThrow().isDone(key.number());
  }

  static boolean isRunning(ClusterState state, JobId id) {
    return state.jobs().get(id).filter(job -> job.state() == JobState.RUNNING).isPresent();
  }

  static JobSpec spec(ClusterState state, BatchKey key) {
    return state.jobs().get(key.job()).orElseThrow().spec();
  }
}
