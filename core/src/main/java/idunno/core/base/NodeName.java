package idunno.core.base;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name that a machine keeps over all its lives, such as {@code n1}.
 *
 * @param value 1 to 32 lower-case letters, digits and dashes, beginning with a letter or a digit
 */
public record NodeName(String value) implements Comparable<NodeName> {
  private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException if the value isn't of the shape above
   */
  public NodeName {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "node name: expected 1 to 32 of a-z, 0-9 and '-', beginning with a letter or digit,"
              + " found "
              + Checks.quote(value));
    }
  }

  /** The name that somebody says he has; empty if no node can have it. */
  public static Optional<NodeName> parse(String said) {
    return SHAPE.matcher(said).matches() ? Optional.of(new NodeName(said)) : Optional.empty();
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
