package idunno.core.models;

import idunno.core.base.Checks;
import java.util.Optional;

/**
 * A model as people name it: {@code resnet50} for the latest revision, {@code resnet50@2} for the
 * second.
 *
 * @param name the model
 * @param revision the revision, 1 or more; empty for the latest
 */
public record ModelRef(ModelName name, Optional<Integer> revision) {
  /** The revision that is the latest when somebody looks. */
  public static ModelRef latest(ModelName name) {
    return new ModelRef(name, Optional.empty());
  }

  /**
   * Reads {@code NAME} or {@code NAME@REVISION}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ModelRef parse(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      return latest(new ModelName(text));
    }
    ModelName name = new ModelName(text.substring(0, at));
    String revision = text.substring(at + 1);
    if (!revision.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(
          "revision: expected a number from 1 behind '@', found " + Checks.quote(revision));
    }
    return new ModelRef(name, Optional.of(Integer.parseInt(revision)));
  }

  @Override
  public String toString() {
    return revision.map(number -> name + "@" + number).orElseGet(name::toString);
  }
}
