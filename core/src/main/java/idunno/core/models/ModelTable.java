package idunno.core.models;

import idunno.core.files.FileVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All revisions of all models, until somebody removes them; a removed one stays as long as a
 * running job is pinned to it. Changed only by the state machine.
 */
public final class ModelTable {
  private final NavigableMap<ModelKey, Model> models = new TreeMap<>();
  private final NavigableSet<ModelKey> removed = new TreeSet<>();
  private final NavigableMap<ModelName, Integer> lastRevisions = new TreeMap<>();

  /**
   * The table as a value, for snapshots.
   *
   * @param models every revision that is kept
   * @param removed those of them that only running jobs still see
   * @param lastRevisions the last revision used for each name; none is used twice
   */
  public record Recorded(
      List<Model> models, List<ModelKey> removed, NavigableMap<ModelName, Integer> lastRevisions) {}

  /** Adds a revision; the batch size that was set for the model stays. */
  public Model add(
      ModelName name,
      ModelCard card,
      SmokeTest smoke,
      NavigableMap<String, FileVersion> files,
      long atMs) {
    int batchSize = latest(name).map(Model::batchSize).orElse(Model.DEFAULT_BATCH_SIZE);
    int revision = lastRevisions.merge(name, 1, Integer::sum);
    Model model = new Model(new ModelKey(name, revision), card, smoke, files, batchSize, atMs);
    models.put(model.key(), model);
    return model;
  }

  /** Sets the batch size of jobs to come, of all revisions; false if there is no such model. */
  public boolean setBatchSize(ModelName name, int queries) {
    List<Model> revisions = revisions(name);
    revisions.forEach(model -> models.put(model.key(), model.withBatchSize(queries)));
    return !revisions.isEmpty();
  }

  /** Removes a revision; running jobs keep it until they end. */
  public void remove(ModelKey key) {
    if (models.containsKey(key)) {
      removed.add(key);
    }
  }

  /** Forgets the removed revisions that are not in use, and returns them. */
  public List<Model> prune(Set<ModelKey> inUse) {
    List<Model> dropped = new ArrayList<>();
    for (ModelKey key : List.copyOf(removed)) {
      if (!inUse.contains(key)) {
        removed.remove(key);
        dropped.add(Objects.requireNonNull(models.remove(key)));
      }
    }
    return dropped;
  }

  /** One revision of a model, a removed one that a running job sees included. */
  public Optional<Model> get(ModelKey key) {
    return Optional.ofNullable(models.get(key));
  }

  /** The revision that somebody names, unless it was removed. */
  public Optional<Model> find(ModelRef ref) {
    if (ref.revision().isEmpty()) {
      return latest(ref.name());
    }
    ModelKey key = new ModelKey(ref.name(), ref.revision().get());
    return removed.contains(key) ? Optional.empty() : get(key);
  }

  /** The latest revision of a model. */
  public Optional<Model> latest(ModelName name) {
    List<Model> revisions = revisions(name);
    return revisions.isEmpty() ? Optional.empty() : Optional.of(revisions.getLast());
  }

  /** The latest revision of every model, by name. */
  public List<Model> latest() {
    List<Model> latest = new ArrayList<>();
    for (ModelName name : lastRevisions.keySet()) {
      latest(name).ifPresent(latest::add);
    }
    return latest;
  }

  /** The revisions of a model, oldest first. */
  public List<Model> revisions(ModelName name) {
    return models
        .subMap(new ModelKey(name, 0), false, new ModelKey(name, Integer.MAX_VALUE), true)
        .values()
        .stream()
        .filter(model -> !removed.contains(model.key()))
        .toList();
  }

  /** Every revision of every model, by name, oldest first. */
  public List<Model> all() {
    return models.values().stream().filter(model -> !removed.contains(model.key())).toList();
  }

  /** This table as a value. */
  public Recorded toRecorded() {
    return new Recorded(
        List.copyOf(models.values()), List.copyOf(removed), new TreeMap<>(lastRevisions));
  }

  /** The table that a value was taken of. */
  public static ModelTable of(Recorded recorded) {
    ModelTable table = new ModelTable();
    recorded.models().forEach(model -> table.models.put(model.key(), model));
    table.removed.addAll(recorded.removed());
    table.lastRevisions.putAll(recorded.lastRevisions());
    return table;
  }
}
