package idunno.core.models;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A model as the cluster's state holds it.
 *
 * @param key its name and revision
 * @param card what {@code model.json} said when it was added
 * @param smoke what running it showed when it was added
 * @param files the versions of its files in the store, by their names within the model's folder
 * @param batchSize how many queries a batch of a new job has, 1 to 4,096
 * @param addedMs when it was added, milliseconds since 1970
 */
public record Model(
    ModelKey key,
    ModelCard card,
    SmokeTest smoke,
    NavigableMap<String, FileVersion> files,
    int batchSize,
    long addedMs) {
  /** The batch size of a model that nobody set one for. */
  public static final int DEFAULT_BATCH_SIZE = 8;

  /** The largest batch size that can be set. */
  public static final int MAX_BATCH_SIZE = 4096;

  /**
   * Checks the batch size and keeps its own copy of the map.
   *
   * @throws IllegalArgumentException if the batch size is not 1 to 4,096
   */
  public Model {
    if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
      throw new IllegalArgumentException(
          "batch size: expected 1 to " + MAX_BATCH_SIZE + ", found " + batchSize);
    }
    files = new TreeMap<>(files);
  }

  /** The folder of the store that holds a model's files. */
  public static FileName folder(ModelName name) {
    return new FileName("models/" + name);
  }

  /** The same model with another batch size. */
  public Model withBatchSize(int queries) {
    return new Model(key, card, smoke, files, queries, addedMs);
  }
}
