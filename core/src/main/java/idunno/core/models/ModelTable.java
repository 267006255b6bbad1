package idunno.core.models;

import idunno.core.files.FileVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All models: the latest revision of each, and older ones as long as a running job is pinned to
 * them. Changed only by the state machine.
 */
public final class ModelTable {
  private final NavigableMap<ModelKey, Model> models = new TreeMap<>();
  private final NavigableMap<ModelName, Integer> lastRevisions = new TreeMap<>();

  /**
   * The table as a value, for snapshots.
   *
   * @param models every revision that is kept
   * @param lastRevisions the last revision used for each name
   */
  public record Recorded(List<Model> models, NavigableMap<ModelName, Integer> lastRevisions) {}

  /** Adds a revision; the batch size that was set for the model stays. */
  public Model add(
      ModelName name, ModelCard card, NavigableMap<String, FileVersion> files, long atMs) {
    int batchSize = latest(name).map(Model::batchSize).orElse(Model.DEFAULT_BATCH_SIZE);
    int revision = lastRevisions.merge(name, 1, Integer::sum);
    Model model = new Model(new ModelKey(name, revision), card, files, batchSize, atMs);
    models.put(model.key(), model);
    return model;
  }

  /** Sets the batch size of jobs to come; false if there is no such model. */
  public boolean setBatchSize(ModelName name, int queries) {
    Optional<Model> model = latest(name);
    model.ifPresent(found -> models.put(found.key(), found.withBatchSize(queries)));
    return model.isPresent();
  }

  /** Forgets the revisions that are neither the latest nor in use, and returns them. */
  public List<Model> prune(Set<ModelKey> inUse) {
    List<Model> dropped = new ArrayList<>();
    for (Model model : List.copyOf(models.values())) {
      boolean isLatest =
          lastRevisions.getOrDefault(model.key().name(), 0) == model.key().revision();
      if (!isLatest && !inUse.contains(model.key())) {
        models.remove(model.key());
        dropped.add(model);
      }
    }
    return dropped;
  }

  /** One revision of a model. */
  public Optional<Model> get(ModelKey key) {
    return Optional.ofNullable(models.get(key));
  }

  /** The latest revision of a model. */
  public Optional<Model> latest(ModelName name) {
    int revision = lastRevisions.getOrDefault(name, 0);
    return Optional.ofNullable(models.get(new ModelKey(name, revision)));
  }

  /** The latest revision of every model, by name. */
  public List<Model> latest() {
    List<Model> latest = new ArrayList<>();
    for (Map.Entry<ModelName, Integer> last : lastRevisions.entrySet()) {
      get(new ModelKey(last.getKey(), last.getValue())).ifPresent(latest::add);
    }
    return latest;
  }

  /** This table as a value. */
  public Recorded toRecorded() {
    return new Recorded(List.copyOf(models.values()), new TreeMap<>(lastRevisions));
  }

  /** The table that a value was taken of. */
  public static ModelTable of(Recorded recorded) {
    ModelTable table = new ModelTable();
    recorded.models().forEach(model -> table.models.put(model.key(), model));
    table.lastRevisions.putAll(recorded.lastRevisions());
    return table;
  }
}
