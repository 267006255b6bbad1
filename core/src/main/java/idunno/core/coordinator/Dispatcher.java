package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.Extent;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Phase;
import idunno.core.jobs.Progress;
import idunno.core.state.ClusterState;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which batch runs next, and who has which.
 *
 * <p>{@link FairTime} says which job is served next, {@link Pool} which of its batches, and {@link
 * Tail} what is done when there is nothing left to give out.
 *
 * <p>All of it is soft state: a new coordinator learns who has which batch from the workers' beats,
 * and what is done from the cluster's state.
 */
final class Dispatcher {
  /** A job waits for a node that has its model in memory while this many batches are served. */
  private static final int MOST_PASSED_OVER = 16;

  private final FairTime fairTime = new FairTime();
  private final NavigableMap<JobId, Pool> pools = new TreeMap<>();
  private final Hands hands = new Hands();
  private final Paces paces = new Paces();
  private final Refusals refusals = new Refusals();
  private final NavigableSet<BatchKey> proposed = new TreeSet<>();
  private final Tail tail = new Tail(hands);
  private final Horizon horizon = new Horizon();
  private Fairness fairness = Fairness.RATE;
  private boolean lifted;

  /** A batch of a job that may be given out. */
  private record Offer(JobId job, int batch, double tag) {}

  /** Learns of jobs that run now, and forgets those that don't. */
  void follow(ClusterState state, long nowMs) {
    if (fairness != state.jobs().fairness()) {
      fairness = state.jobs().fairness();
      fairTime.level();
    }
    for (Progress job : state.jobs().all()) {
      JobId id = job.spec().id();
      if (job.state() == JobState.RUNNING && !pools.containsKey(id)) {
        pools.put(id, new Pool());
        fairTime.join(id, hands.firstInLine());
        horizon.look(fairTime.clock(id), running(state), fairness, state, paces, nowMs);
      }
    }
    for (JobId id : List.copyOf(pools.keySet())) {
      if (!isRunning(state, id)) {
        pools.remove(id);
        fairTime.leave(id);
        hands.removeAll(id);
        proposed.removeIf(key -> key.job().equals(id));
        refusals.forget(id);
      }
    }
  }

  private static List<Progress> running(ClusterState state) {
    return state.jobs().all().stream().filter(job -> job.state() == JobState.RUNNING).toList();
  }

  private static boolean isRunning(ClusterState state, JobId id) {
    return state.jobs().get(id).filter(job -> job.state() == JobState.RUNNING).isPresent();
  }

  /** A worker says how fast it is. */
  void heard(ClusterState state, NodeName node, List<Beat.Pace> measured, long nowMs) {
    paces.heard(node, measured);
    if (horizon.hasLearned(paces)) {
      hands
          .firstInLine()
          .ifPresent(next -> horizon.look(next, running(state), fairness, state, paces, nowMs));
    }
  }

  /** The desk behind a beat, with what the node has. */
  DeskView desk(ClusterState state, Beat beat, long nowMs) {
    DeskView desk = new DeskView(beat, new Estimates(state, hands, paces, nowMs));
    hands.of(beat.node()).forEach((key, given) -> desk.add(key, spec(state, key).model(), given));
    return desk;
  }

  private static JobSpec spec(ClusterState state, BatchKey key) {
    return state.jobs().get(key.job()).orElseThrow().spec();
  }

  /**
   * The next batch for a desk, of the job that is furthest behind; empty if it shall have none.
   *
   * <p>A node that would have to give up a model that it has in memory for that job gets one of the
   * next job in line instead, as long as the first falls behind by no more than a few batches: as
   * in delay scheduling (Zaharia et al., 2010), most often a node that has the model asks soon.
   */
  Optional<Assignment> next(
      ClusterState state, DeskView desk, Collection<NodeName> runners, long nowMs) {
    if (!lifted) {
      // All workers have said by now what they have since an earlier coordinator's time.
      lifted = true;
      fairTime.lift(hands.firstInLine());
    }
    Estimates estimates = new Estimates(state, hands, paces, nowMs);
    lookAtEndings(state, estimates, runners.size(), nowMs);
    Optional<Offer> first = Optional.empty();
    for (JobId id : fairTime.inOrder()) {
      double tag = fairTime.clock(id);
      boolean isInTime = desk.isShort() || !horizon.isBeyond(tag, nowMs);
      if (!(desk.hasRoom() && isInTime) && !desk.isUrgent(id, tag)) {
        return Optional.empty();
      }
      Progress job = state.jobs().get(id).orElseThrow();
      if (!desk.isShort() && desk.batchesOf(id) >= mostAhead(job, runners.size())) {
        continue;
      }
      Optional<Integer> batch = find(state, job, desk.node().name(), runners);
      if (batch.isEmpty()
          || tail.isSoonerElsewhere(estimates, desk, new BatchKey(id, batch.get()), tag)) {
        continue;
      }
      Offer offer = new Offer(id, batch.get(), tag);
      if (first.isPresent() && isTooLong(state, desk, first.get(), offer, nowMs)) {
        break;
      }
      if (hasRoomFor(state, desk, job.spec())) {
        return Optional.of(give(state, desk, offer, nowMs));
      }
      first = first.or(() -> Optional.of(offer));
    }
    return first.map(offer -> give(state, desk, offer, nowMs));
  }

  /**
   * How many batches of a job one desk may have ahead of their time: half of an even share of those
   * that are left, so that a few desks don't take all of a short job, and each gets the last ones
   * at its own pace. This is factoring (Hummel, Schonberg and Flynn, 1992).
   */
  private static int mostAhead(Progress job, int workers) {
    return Math.max(1, job.batchesLeft() / (2 * Math.max(1, workers)));
  }

  private void lookAtEndings(ClusterState state, Estimates estimates, int workers, long nowMs) {
    if (!tail.isDue(nowMs)) {
      return;
    }
    NavigableMap<JobId, Double> ending = new TreeMap<>();
    pools.forEach(
        (id, pool) -> {
          if (pool.atMost(state.jobs().get(id).orElseThrow()) <= workers) {
            ending.put(id, fairTime.clock(id));
          }
        });
    tail.look(estimates, ending, nowMs);
  }

  private static boolean hasRoomFor(ClusterState state, DeskView desk, JobSpec spec) {
    long bytes =
        state.models().get(spec.model()).map(model -> model.smoke().memoryBytes()).orElse(0L);
    return desk.hasRoomFor(spec.model(), bytes);
  }

  private boolean isTooLong(
      ClusterState state, DeskView desk, Offer passedOver, Offer instead, long nowMs) {
    BatchKey key = new BatchKey(instead.job(), instead.batch());
    return instead.tag() - passedOver.tag()
        > MOST_PASSED_OVER * cost(state, key, desk.node().name(), nowMs);
  }

  private Assignment give(ClusterState state, DeskView desk, Offer offer, long nowMs) {
    BatchKey key = new BatchKey(offer.job(), offer.batch());
    pool(offer.job()).take(offer.batch());
    double cost = cost(state, key, desk.node().name(), nowMs);
    double tag = fairTime.served(offer.job(), cost);
    return assign(state, desk, key, tag, cost, nowMs);
  }

  private Assignment assign(
      ClusterState state, DeskView desk, BatchKey key, double tag, double cost, long nowMs) {
    Progress job = state.jobs().get(key.job()).orElseThrow();
    Given given = new Given(desk.node(), desk.beat().number(), false, nowMs, nowMs, tag, cost);
    hands.put(key, given);
    desk.give(key, job.spec().model(), given);
    return new Assignment(
        key,
        tag,
        job.spec().model(),
        job.cut().queriesOf(key.number()),
        job.inputsOf(key.number()));
  }

  /** What a batch is charged: queries, or the machine's time, per unit of weight. */
  private double cost(ClusterState state, BatchKey key, NodeName node, long nowMs) {
    Progress job = state.jobs().get(key.job()).orElseThrow();
    double queries = job.cut().sizeOf(key.number());
    double service =
        switch (fairness) {
          case RATE -> queries;
          case TIME -> new Estimates(state, hands, paces, nowMs).runMs(node, key).orElse(queries);
        };
    return service / job.spec().weight();
  }

  /**
   * Looks for something to do for a node that has nothing, when all is given out: what waits
   * elsewhere is recalled, and what is late there is run here too.
   */
  Optional<Assignment> help(ClusterState state, DeskView desk, long nowMs) {
    Estimates estimates = new Estimates(state, hands, paces, nowMs);
    if (tail.recall(estimates, desk, nowMs).isPresent() || !desk.isIdle()) {
      return Optional.empty();
    }
    return tail.backup(estimates, desk)
        .map(
            key -> {
              double tag = hands.holders(key).iterator().next().tag();
              return assign(state, desk, key, tag, 0, nowMs);
            });
  }

  /** What a node shall hand back, unless it runs already. */
  List<BatchKey> recalledFrom(ClusterState state, NodeId node, long nowMs) {
    if (state.jobs().phase() == Phase.TRAINING) {
      return List.copyOf(hands.of(node).keySet());
    }
    List<BatchKey> keys = tail.recalledFrom(node);
    keys.addAll(horizon.beyond(hands.of(node), nowMs));
    return keys;
  }

  private Optional<Integer> find(
      ClusterState state, Progress job, NodeName node, Collection<NodeName> runners) {
    JobId id = job.spec().id();
    return pool(id)
        .find(
            job,
            node,
            batch -> isFree(job, batch),
            batch -> refusals.mayRun(new BatchKey(id, batch), node, runners),
            batch -> picturesByNode(state, job, batch));
  }

  private boolean isFree(Progress job, int batch) {
    BatchKey key = new BatchKey(job.spec().id(), batch);
    return !job.isDone(batch) && !hands.isHeld(key) && !proposed.contains(key);
  }

  /** How many of a batch's pictures lie on which node. */
  private static Map<NodeName, Integer> picturesByNode(
      ClusterState state, Progress job, int batch) {
    Map<NodeName, Integer> byNode = new TreeMap<>();
    for (Input input : job.inputsOf(batch)) {
      for (Extent extent : input.version().extents().stream().limit(1).toList()) {
        List<NodeName> replicas =
            state.files().chunk(extent.chunk()).map(StoredChunk::replicas).orElse(List.of());
        replicas.forEach(node -> byNode.merge(node, 1, Integer::sum));
      }
    }
    return byNode;
  }

  private Pool pool(JobId id) {
    return pools.computeIfAbsent(id, _ -> new Pool());
  }

  /** A worker says that it has the batch. False if it shall drop it: another has it already. */
  boolean holds(ClusterState state, Beat beat, Beat.Held held, long nowMs) {
    BatchKey key = held.key();
    Optional<Given> before = hands.of(key, beat.node());
    if (proposed.contains(key) || (before.isEmpty() && hands.isHeld(key))) {
      return false;
    }
    double cost =
        before.map(Given::cost).orElseGet(() -> cost(state, key, beat.node().name(), nowMs));
    if (before.isEmpty()) {
      fairTime.found(key.job(), held.tag(), cost);
    }
    if (held.running()) {
      tail.forget(key);
    }
    long noticedMs =
        before
            .filter(given -> given.running() == held.running())
            .map(Given::noticedMs)
            .orElse(nowMs);
    hands.put(
        key,
        new Given(
            beat.node(),
            beat.number() - 1,
            held.running(),
            held.sinceMs(),
            noticedMs,
            held.tag(),
            cost));
    return true;
  }

  /** Whether the batch is in that node's hands. */
  boolean isGivenTo(BatchKey key, NodeId node) {
    return hands.of(key, node).isPresent();
  }

  /** The batches that a node was given in answers before {@code beat}. */
  List<BatchKey> givenTo(NodeId node, long beat) {
    List<BatchKey> keys = new ArrayList<>();
    hands
        .of(node)
        .forEach(
            (key, given) -> {
              if (given.beat() < beat) {
                keys.add(key);
              }
            });
    return keys;
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

  private static boolean isOpen(ClusterState state, BatchKey key) {
    return isRunning(state, key.job())
        && !state.jobs().get(key.job()).orElseThrow().isDone(key.number());
  }

  /** The node is gone: what it had may be given to others. */
  void forget(ClusterState state, NodeId node) {
    givenTo(node, Long.MAX_VALUE).forEach(key -> takeBack(state, key, node));
    paces.forget(node.name());
  }

  /**
   * The node couldn't run the batch.
   *
   * @param runners the nodes that can be asked to run a batch
   * @return whether the batch has been tried often enough, by every one of them
   */
  boolean refused(BatchKey key, NodeName node, Collection<NodeName> runners) {
    return refusals.refused(key, node, runners);
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

  /** Who has what of one job, by batch. */
  NavigableMap<BatchKey, List<Given>> given(JobId job) {
    return hands.ofJob(job);
  }
}
