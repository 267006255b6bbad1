package idunno.core.models;

import idunno.core.base.Checks;
import java.util.regex.Pattern;

/**
 * A model's name in the cluster, such as {@code resnet50}.
 *
 * @param value 1 to 64 lower-case letters, digits, dots, dashes and underscores, beginning with a
 *     letter or a digit
 */
public record ModelName(String value) implements Comparable<ModelName> {
  private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException if the value isn't of the shape above
   */
  public ModelName {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "model name: expected 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or"
              + " digit, found "
              + Checks.quote(value));
    }
  }

  @Override
  public int compareTo(ModelName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
