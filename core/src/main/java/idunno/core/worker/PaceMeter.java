package idunno.core.worker;

import idunno.core.jobs.BatchResult;
import idunno.core.models.ModelKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How fast this worker runs each model: the median of its last batches, so that one that waited for
 * the model to be loaded, or was disturbed, doesn't count.
 *
 * <p>Not thread-safe.
 */
final class PaceMeter {
  private static final int REMEMBERED = 5;

  /** A node that has seen more models than this begins anew. */
  private static final int MOST_MODELS = 256;

  private final NavigableMap<ModelKey, Deque<Double>> last = new TreeMap<>();

  /** A batch of the model was run to its end. */
  void ran(ModelKey model, BatchResult result) {
    if (result.results().isEmpty()) {
      return;
    }
    if (last.size() >= MOST_MODELS) {
      last.clear();
    }
    Deque<Double> paces = last.computeIfAbsent(model, _ -> new ArrayDeque<>());
    paces.add((double) Math.max(0, result.ranMs()) / result.results().size());
    if (paces.size() > REMEMBERED) {
      paces.remove();
    }
  }

  /** What is known, by model. */
  List<Beat.Pace> paces() {
    List<Beat.Pace> paces = new ArrayList<>();
    last.forEach(
        (model, ofIt) ->
            paces.add(
                new Beat.Pace(
                    model, ofIt.stream().sorted().skip(ofIt.size() / 2).findFirst().orElse(0.0))));
    return paces;
  }
}
