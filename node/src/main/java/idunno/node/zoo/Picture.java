package idunno.node.zoo;

import java.nio.file.Path;
import java.util.List;

/**
 * A real photo to try a network on.
 *
 * @param name its file name, such as {@code panda.jpg}
 * @param path where it lies
 * @param expected the ImageNet class names that a person would accept for it, as they stand in
 *     {@code labels.txt}; empty where ImageNet has no fitting class or good networks disagree
 */
public record Picture(String name, Path path, List<String> expected) {
  /** Copies the list. */
  public Picture {
    expected = List.copyOf(expected);
  }
}
