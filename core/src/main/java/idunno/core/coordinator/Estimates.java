package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Progress;
import idunno.core.membership.Member;
import idunno.core.models.ModelKey;
import idunno.core.state.ClusterState;
import java.util.List;
import java.util.OptionalDouble;

/** When who will be done with what, by the paces that the workers were seen to work at. */
final class Estimates {
  private final ClusterState state;
  private final Hands hands;
  private final Paces paces;
  private final long nowMs;

  /** The estimates of one moment. */
  Estimates(ClusterState state, Hands hands, Paces paces, long nowMs) {
    this.state = state;
    this.hands = hands;
    this.paces = paces;
    this.nowMs = nowMs;
  }

  /** What the batch takes one slot of that node; empty if nobody has run its model yet. */
  OptionalDouble runMs(NodeName node, BatchKey key) {
    return runMs(pacesOf(node), key);
  }

  /** How fast a node runs what; to ask for many batches' time. */
  Paces.OfNode pacesOf(NodeName node) {
    return paces.of(node);
  }

  /** What the batch takes one slot of a node that is so fast. */
  OptionalDouble runMs(Paces.OfNode node, BatchKey key) {
    Progress job = state.jobs().get(key.job()).orElseThrow();
    OptionalDouble pace = node.msPerQuery(job.spec().model());
    return pace.isEmpty()
        ? pace
        : OptionalDouble.of(pace.getAsDouble() * job.cut().sizeOf(key.number()));
  }

  /**
   * When a batch that runs will be done, from now on. One that should be done already is taken to
   * last as long again as it has lasted so far.
   */
  double leftMs(BatchKey key, Given given) {
    double run = runMs(given.node().name(), key).orElse(0);
    double ran = nowMs - given.noticedMs();
    return ran <= run ? run - ran : ran;
  }

  /** What a node has, and how long that takes it. */
  Line line(NodeId node) {
    Hand hand = hands.of(node);
    Paces.OfNode itsPaces = pacesOf(node.name());
    double[] runningMs = {0};
    hand.running().forEach((key, given) -> runningMs[0] += leftMs(key, given));
    double[] tags = new double[hand.line().size()];
    double[] waitingMs = new double[tags.length];
    int i = 0;
    for (Hand.Waiting one : hand.line()) {
      tags[i] = one.tag();
      waitingMs[i] = runMs(itsPaces, one.key()).orElse(0);
      i++;
    }
    return new Line(node, slots(node), runningMs[0], tags, waitingMs);
  }

  /** What a node has. */
  Hand hand(NodeId node) {
    return hands.of(node);
  }

  /** The model that a job runs. */
  ModelKey modelOf(JobId job) {
    return state.jobs().get(job).orElseThrow().spec().model();
  }

  /** Every member that can run batches. */
  List<NodeId> workers() {
    return state.members().alive().stream()
        .filter(member -> member.place().slots() > 0)
        .map(Member::id)
        .toList();
  }

  private int slots(NodeId node) {
    return Math.max(
        1, state.members().get(node.name()).map(Member::place).map(Member.Place::slots).orElse(1));
  }
}
