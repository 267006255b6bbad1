package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** How fast each node runs each model, as the workers have measured and say with each beat. */
final class Paces {
  private final Map<NodeName, List<Beat.Pace>> byNode = new TreeMap<>();
  private final Map<ModelKey, Sum> byModel = new TreeMap<>();

  private static final class Sum {
    private double ms;
    private int nodes;
  }

  /** A node says how fast it is. */
  void heard(NodeName node, List<Beat.Pace> paces) {
    List<Beat.Pace> before = byNode.getOrDefault(node, List.of());
    if (before.equals(paces)) {
      return;
    }
    count(before, -1);
    count(paces, 1);
    byNode.put(node, paces);
  }

  /** A node is gone. */
  void forget(NodeName node) {
    heard(node, List.of());
    byNode.remove(node);
  }

  private void count(List<Beat.Pace> paces, int sign) {
    for (Beat.Pace pace : paces) {
      Sum sum = byModel.computeIfAbsent(pace.model(), _ -> new Sum());
      sum.ms += sign * pace.msPerQuery();
      sum.nodes += sign;
      if (sum.nodes == 0) {
        byModel.remove(pace.model());
      }
    }
  }

  /**
   * What a query of the model takes that node, in milliseconds: as measured there; else the mean of
   * the others; empty if nobody has run the model yet.
   */
  OptionalDouble msPerQuery(NodeName node, ModelKey model) {
    for (Beat.Pace pace : byNode.getOrDefault(node, List.of())) {
      if (pace.model().equals(model)) {
        return OptionalDouble.of(pace.msPerQuery());
      }
    }
    return msPerQuery(model);
  }

  /** What a query of the model takes on average; empty if nobody has run the model yet. */
  OptionalDouble msPerQuery(ModelKey model) {
    Sum sum = byModel.get(model);
    return sum == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, sum.ms / sum.nodes));
  }
}
