package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How fast each node runs each model, as the workers have measured and say with each beat. */
final class Paces {
  /** By hash, since they are looked up for every batch of every beat; nothing depends on order. */
  private final Map<NodeName, OfNode> byNode = new LinkedHashMap<>();

  private final Map<ModelKey, Sum> byModel = new LinkedHashMap<>();

  private static final class Sum {
    private double ms;
    private int nodes;
  }

  /** How fast one node runs each model. */
  final class OfNode {
    /** What it said last, side by side: it says most of it again with each beat. */
    private final List<ModelKey> models = new ArrayList<>();

    private double[] figures = {};
    private final Map<ModelKey, Double> msByModel = new LinkedHashMap<>();

    /**
     * What a query of the model takes the node, in milliseconds: as measured there; else the mean
     * of the others; empty if nobody has run the model yet.
     */
    OptionalDouble msPerQuery(ModelKey model) {
      Double ms = msByModel.get(model);
      return ms == null ? Paces.this.msPerQuery(model) : OptionalDouble.of(ms);
    }

    /** It says the same of most models as it did before, and in the same order. */
    private void heard(List<Beat.Pace> now) {
      if (models.size() != now.size()) {
        begin(now);
      }
      for (int i = 0; i < figures.length; i++) {
        Beat.Pace pace = now.get(i);
        if (!pace.model().equals(models.get(i))) {
          begin(now);
        }
        if (pace.msPerQuery() != figures[i]) {
          figures[i] = pace.msPerQuery();
          set(pace.model(), figures[i]);
        }
      }
    }

    private void begin(List<Beat.Pace> now) {
      msByModel.forEach(Paces.this::uncount);
      msByModel.clear();
      models.clear();
      figures = new double[now.size()];
      for (int i = 0; i < figures.length; i++) {
        models.add(now.get(i).model());
        figures[i] = now.get(i).msPerQuery();
        set(models.get(i), figures[i]);
      }
    }

    private void set(ModelKey model, double ms) {
      Double before = msByModel.put(model, ms);
      if (before != null) {
        uncount(model, before);
      }
      Sum sum = byModel.computeIfAbsent(model, _ -> new Sum());
      sum.ms += ms;
      sum.nodes++;
    }
  }

  /** A node says how fast it is. */
  void heard(NodeName node, List<Beat.Pace> paces) {
    byNode.computeIfAbsent(node, _ -> new OfNode()).heard(paces);
  }

  /** A node is gone. */
  void forget(NodeName node) {
    OfNode gone = byNode.remove(node);
    if (gone != null) {
      gone.heard(List.of());
    }
  }

  private void uncount(ModelKey model, double ms) {
    Sum sum = byModel.get(model);
    if (sum == null) {
      return;
    }
    sum.ms -= ms;
    sum.nodes--;
    if (sum.nodes == 0) {
      byModel.remove(model);
    }
  }

  /** How fast a node runs each model. */
  OfNode of(NodeName node) {
    OfNode known = byNode.get(node);
    return known == null ? new OfNode() : known;
  }

  /** What a query of the model takes that node; see {@link OfNode#msPerQuery}. */
  OptionalDouble msPerQuery(NodeName node, ModelKey model) {
    return of(node).msPerQuery(model);
  }

  /** What a query of the model takes on average; empty if nobody has run the model yet. */
  OptionalDouble msPerQuery(ModelKey model) {
    Sum sum = byModel.get(model);
    return sum == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, sum.ms / sum.nodes));
  }
}
