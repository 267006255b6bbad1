package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.Extent;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Phase;
import idunno.core.jobs.Progress;
import idunno.core.state.ClusterState;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which batch runs next, and for whom.
 *
 * <p>{@link FairTime} says which job is served next, {@link Pool} which of its batches, {@link
 * Custody} who has what already, {@link Precedence} which of those on a desk runs next, and {@link
 * Tail} what is done when there is nothing left to give out. All of it is soft state.
 */
final class Dispatcher {
  /** A job waits for a node that has its model in memory while this many batches are served. */
  private static final int MOST_PASSED_OVER = 16;

  private final FairTime fairTime = new FairTime();
  private final Paces paces = new Paces();
  private final Hands hands = new Hands();
  private final Tail tail = new Tail(hands);
  private final Custody custody = new Custody(fairTime, hands, paces, tail);
  private final Precedence precedence = new Precedence(custody, hands);
  private final Refusals refusals = new Refusals();
  private final Duplicates duplicates = new Duplicates();
  private final Horizon horizon = new Horizon();
  private boolean lifted;
  private long forgiveAtMs = Long.MAX_VALUE;

  /** A batch of a job that may be given out. */
  private record Offer(BatchKey key, double tag) {}

  /** Learns of jobs that run now, and forgets those that don't. */
  void follow(ClusterState state, long nowMs) {
    custody.share(state.jobs().fairness());
    for (JobId id : custody.jobs()) {
      if (!Custody.isRunning(state, id)) {
        custody.end(id);
        refusals.forget(id);
        precedence.forget(id);
      }
    }
    Optional<JobId> newest = Optional.empty();
    for (Progress job : state.jobs().all()) {
      if (job.state() == JobState.RUNNING && custody.begin(job.spec().id())) {
        newest = Optional.of(job.spec().id());
      }
    }
    if (newest.isPresent()) {
      forgiveAtMs = nowMs + Horizon.CALL_BACK_MS;
      lookAhead(state, fairTime.clock(newest.get()), nowMs);
    }
  }

  private void lookAhead(ClusterState state, double from, long nowMs) {
    List<Progress> running =
        custody.jobs().stream().flatMap(id -> state.jobs().get(id).stream()).toList();
    horizon.look(from, running, state, paces, nowMs);
  }

  /** A worker says how fast it is. */
  void heard(ClusterState state, NodeName node, List<Beat.Pace> measured, long nowMs) {
    paces.heard(node, measured);
    if (horizon.hasLearned(paces)) {
      custody.level().ifPresent(level -> lookAhead(state, level, nowMs));
    }
  }

  /** The desk behind a beat, with what the node has. */
  DeskView desk(ClusterState state, Beat beat, long nowMs) {
    return new DeskView(beat, new Estimates(state, hands, paces, nowMs));
  }

  /**
   * The next batch for a desk, of the job that is furthest behind; empty if it shall have none.
   *
   * <p>Of several jobs that are no more than a batch apart it gets one of that of which it has the
   * least: so each desk has some of every job, and {@link Precedence} a choice.
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
      fairTime.lift(custody.level());
    }
    if (nowMs >= forgiveAtMs) {
      forgiveAtMs = Long.MAX_VALUE;
      custody.forgive();
    }
    lookAtEndings(state, desk.estimates(), runners.size(), nowMs);
    Optional<Offer> passedOver = Optional.empty();
    Optional<Offer> best = Optional.empty();
    double within = Double.POSITIVE_INFINITY;
    for (FairTime.Turn turn : fairTime.turns()) {
      double tag = turn.clock();
      if (tag > within) {
        break;
      }
      if (!isWelcome(desk, turn, nowMs)) {
        passedOver = Optional.empty();
        break;
      }
      if (best.isPresent() && !desk.hasLessOf(turn.job(), best.get().key().job())) {
        continue;
      }
      Optional<Offer> offer = offer(state, desk, turn, runners);
      if (offer.isEmpty()) {
        continue;
      }
      if (passedOver.isPresent() && isTooLong(state, desk, passedOver.get(), offer.get())) {
        break;
      }
      if (!hasRoomFor(state, desk, Custody.spec(state, offer.get().key()))) {
        passedOver = passedOver.isPresent() ? passedOver : offer;
        continue;
      }
      if (best.isEmpty()) {
        within = tag + custody.cost(state, offer.get().key(), desk.node().name());
      }
      best = offer;
    }
    Optional<Offer> chosen = best.isPresent() ? best : passedOver;
    return chosen.map(offer -> give(state, desk, offer, nowMs));
  }

  /** Whether the desk shall have a batch of the job that has that turn. */
  private boolean isWelcome(DeskView desk, FairTime.Turn turn, long nowMs) {
    boolean isInTime = desk.isShort() || !horizon.isBeyond(turn.clock(), nowMs);
    return (desk.hasRoom() && isInTime) || desk.isUrgent(turn.job(), turn.clock());
  }

  /** The job's batch that the desk would be given, if it shall have any. */
  private Optional<Offer> offer(
      ClusterState state, DeskView desk, FairTime.Turn turn, Collection<NodeName> runners) {
    JobId id = turn.job();
    Progress job = state.jobs().get(id).orElseThrow();
    if (custody.leftAtMost(job) == 0
        || (!desk.isShort() && desk.batchesOf(id) >= mostAhead(job, runners.size()))
        // Batches of a job are alike, but for the last: any one shows how long the next takes.
        || tail.isSoonerElsewhere(desk, new BatchKey(id, 0), turn.clock())) {
      return Optional.empty();
    }
    return find(state, job, desk.node().name(), runners)
        .map(batch -> new Offer(new BatchKey(id, batch), turn.clock()));
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
    if (!tail.isDue(workers, nowMs)) {
      return;
    }
    NavigableMap<JobId, Double> ending = new TreeMap<>();
    // A job among many has but its share of the workers: its last batches are so many fewer.
    int atMost = Math.max(1, workers / Math.max(1, custody.jobs().size()));
    for (JobId id : custody.jobs()) {
      if (custody.leftAtMost(state.jobs().get(id).orElseThrow()) <= atMost) {
        ending.put(id, fairTime.clock(id));
      }
    }
    tail.look(estimates, ending, nowMs);
  }

  private static boolean hasRoomFor(ClusterState state, DeskView desk, JobSpec spec) {
    long bytes =
        state.models().get(spec.model()).map(model -> model.smoke().memoryBytes()).orElse(0L);
    return desk.hasRoomFor(spec.model(), bytes);
  }

  private boolean isTooLong(ClusterState state, DeskView desk, Offer passedOver, Offer instead) {
    return instead.tag() - passedOver.tag()
        > MOST_PASSED_OVER * custody.cost(state, instead.key(), desk.node().name());
  }

  private Assignment give(ClusterState state, DeskView desk, Offer offer, long nowMs) {
    Given given = custody.give(state, offer.key(), desk.node(), nowMs);
    return assign(state, desk, offer.key(), given);
  }

  private static Assignment assign(ClusterState state, DeskView desk, BatchKey key, Given given) {
    Progress job = state.jobs().get(key.job()).orElseThrow();
    desk.given(key);
    return new Assignment(
        key,
        given.tag(),
        job.spec().model(),
        job.cut().queriesOf(key.number()),
        job.inputsOf(key.number()));
  }

  /**
   * Looks for something to do for a node that has nothing, when all is given out: what waits
   * elsewhere is recalled, and what is late there is run here too.
   */
  Optional<Assignment> help(ClusterState state, DeskView desk, long nowMs) {
    if (tail.recall(desk, nowMs).isPresent() || !desk.isIdle()) {
      return Optional.empty();
    }
    return tail.backup(desk)
        .map(key -> assign(state, desk, key, custody.giveToAnother(key, desk.node(), nowMs)));
  }

  /** What a node shall hand back, unless it runs already. */
  List<BatchKey> recalledFrom(ClusterState state, NodeId node, long nowMs) {
    Hand hand = hands.of(node);
    if (state.jobs().phase() == Phase.TRAINING) {
      return List.copyOf(hand.batches());
    }
    List<BatchKey> keys = tail.recalledFrom(node);
    keys.addAll(horizon.beyond(hand, nowMs));
    return keys;
  }

  /**
   * Whether nobody waits for what the worker's next beat brings, but for a batch's end, of which it
   * tells at once anyway: it has work enough, and no job begins or ends.
   */
  boolean isSteady(Beat beat, long nowMs) {
    return custody.isEmpty()
        || (custody.countOf(beat.node()) >= 2 * beat.slots()
            && !tail.hasEndings()
            && !horizon.isLooking(nowMs));
  }

  private Optional<Integer> find(
      ClusterState state, Progress job, NodeName node, Collection<NodeName> runners) {
    JobId id = job.spec().id();
    return custody.find(
        job,
        node,
        batch -> refusals.mayRun(new BatchKey(id, batch), node, runners),
        batch -> picturesByNode(state, job, batch));
  }

  /** How many of a batch's pictures lie on which node. */
  private static Map<NodeName, Integer> picturesByNode(
      ClusterState state, Progress job, int batch) {
    Map<NodeName, Integer> byNode = new LinkedHashMap<>();
    for (Input input : job.inputsOf(batch)) {
      for (Extent extent : input.version().extents().stream().limit(1).toList()) {
        List<NodeName> replicas =
            state.files().chunk(extent.chunk()).map(StoredChunk::replicas).orElse(List.of());
        replicas.forEach(node -> byNode.merge(node, 1, Integer::sum));
      }
    }
    return byNode;
  }

  /** The node is gone: what it had may be given to others. */
  void forget(ClusterState state, NodeId node) {
    custody.forget(state, node);
    paces.forget(node.name());
    precedence.forget(node);
  }

  /** The batches that a node shall take up next of those that wait there, the first first. */
  List<BatchKey> precedence(NodeId node, int slots) {
    return precedence.next(node, slots);
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

  /** Who has which batch. */
  Custody custody() {
    return custody;
  }

  /** Which results came too late. */
  Duplicates duplicates() {
    return duplicates;
  }
}
