package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How fast each node runs each model, as the workers have measured and say with each beat. */
final class Paces {
  /** By hash, since they are looked up for every batch of every beat; nothing depends on order. */
  private final Map<NodeName, Measured> byNode = new LinkedHashMap<>();

  private final Map<ModelKey, Sum> byModel = new LinkedHashMap<>();

  private record Measured(List<Beat.Pace> said, Map<ModelKey, Double> byModel) {
    private static final Measured NOTHING = new Measured(List.of(), new LinkedHashMap<>());
  }

  private static final class Sum {
    private double ms;
    private int nodes;
  }

  /** A node says how fast it is. */
  void heard(NodeName node, List<Beat.Pace> paces) {
    Measured before = byNode.getOrDefault(node, Measured.NOTHING);
    if (before.said().equals(paces)) {
      return;
    }
    Map<ModelKey, Double> now = new LinkedHashMap<>();
    paces.forEach(pace -> now.put(pace.model(), pace.msPerQuery()));
    before.byModel().forEach((model, ms) -> uncount(model, ms, now.get(model)));
    now.forEach((model, ms) -> count(model, ms, before.byModel().get(model)));
    byNode.put(node, new Measured(paces, now));
  }

  /** A node is gone. */
  void forget(NodeName node) {
    heard(node, List.of());
    byNode.remove(node);
  }

  private void uncount(ModelKey model, double ms, @Nullable Double now) {
    Sum sum = byModel.get(model);
    if (sum == null || (now != null && now == ms)) {
      return;
    }
    sum.ms -= ms;
    sum.nodes--;
    if (sum.nodes == 0 && now == null) {
      byModel.remove(model);
    }
  }

  private void count(ModelKey model, double ms, @Nullable Double before) {
    if (before != null && before == ms) {
      return;
    }
    Sum sum = byModel.computeIfAbsent(model, _ -> new Sum());
    sum.ms += ms;
    sum.nodes++;
  }

  /**
   * What a query of the model takes that node, in milliseconds: as measured there; else the mean of
   * the others; empty if nobody has run the model yet.
   */
  OptionalDouble msPerQuery(NodeName node, ModelKey model) {
    Double ms = byNode.getOrDefault(node, Measured.NOTHING).byModel().get(model);
    return ms == null ? msPerQuery(model) : OptionalDouble.of(ms);
  }

  /** What a query of the model takes on average; empty if nobody has run the model yet. */
  OptionalDouble msPerQuery(ModelKey model) {
    Sum sum = byModel.get(model);
    return sum == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, sum.ms / sum.nodes));
  }
}
