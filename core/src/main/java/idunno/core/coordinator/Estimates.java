package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.Progress;
import idunno.core.membership.Member;
import idunno.core.state.ClusterState;
import java.util.List;
import java.util.Map;
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
    Progress job = state.jobs().get(key.job()).orElseThrow();
    OptionalDouble pace = paces.msPerQuery(node, job.spec().model());
    return pace.isEmpty()
        ? pace
        : OptionalDouble.of(pace.getAsDouble() * job.cut().sizeOf(key.number()));
  }

  /** When a batch that the node has will be done, from now on. */
  double leftMs(BatchKey key, Given given) {
    double run = runMs(given.node().name(), key).orElse(0);
    return given.running() ? left(run, given) : aheadMs(given.node(), given.tag());
  }

  /** One that should be done already is taken to last as long again as it has lasted so far. */
  private double left(double run, Given given) {
    double ran = nowMs - given.noticedMs();
    return ran <= run ? run - ran : ran;
  }

  /** When a slot of the node, on average, will have done all that has that tag or a lesser one. */
  double aheadMs(NodeId node, double tag) {
    double sum = 0;
    for (Map.Entry<BatchKey, Given> one : hands.of(node).entrySet()) {
      Given given = one.getValue();
      if (given.running() || given.tag() <= tag) {
        double run = runMs(node.name(), one.getKey()).orElse(0);
        sum += given.running() ? left(run, given) : run;
      }
    }
    return sum / slots(node);
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
