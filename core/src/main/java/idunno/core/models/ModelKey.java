package idunno.core.models;

import java.util.Comparator;

/**
 * One revision of a model: what a worker keeps warm, and what a job is pinned to.
 *
 * @param name the model
 * @param revision 1, 2, 3 ... counted each time that the model is added
 */
public record ModelKey(ModelName name, int revision) implements Comparable<ModelKey> {
  private static final Comparator<ModelKey> ORDER =
      Comparator.comparing(ModelKey::name).thenComparingInt(ModelKey::revision);

  @Override
  public int compareTo(ModelKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return name + "@" + revision;
  }
}
