package idunno.core.files;

import idunno.core.base.Checks;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A name in the store: segments between slashes, such as {@code photos/7.jpg}. Folders are nothing
 * but common beginnings of names.
 *
 * @param value 1 to 1,024 bytes of UTF-8; no segment empty, {@code .} or {@code ..}; no control
 *     characters, no backslash, no half of a surrogate pair
 */
public record FileName(String value) implements Comparable<FileName> {
  private static final int MAX_BYTES = 1024;

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException saying what was expected and found
   */
  public FileName {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "file name: expected 1 to " + MAX_BYTES + " bytes of UTF-8, found " + bytes);
    }
    if (value.codePoints().anyMatch(FileName::isHalfACharacter)) {
      // In UTF-8 it would become a question mark, and another name.
      throw new IllegalArgumentException(
          "file name: expected whole Unicode characters, found half of a surrogate pair");
    }
    if (value.codePoints().anyMatch(point -> Character.isISOControl(point) || point == '\\')) {
      throw new IllegalArgumentException(
          "file name: expected no control characters and no backslash, found "
              + Checks.quote(value));
    }
    for (String segment : value.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException(
            "file name: expected segments that are neither empty nor '.' nor '..', found "
                + Checks.quote(value));
      }
    }
  }

  private static boolean isHalfACharacter(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  /** Whether this name lies in the folder, at any depth. */
  public boolean isIn(FileName folder) {
    return value.length() > folder.value.length() + 1
        && value.startsWith(folder.value)
        && value.charAt(folder.value.length()) == '/';
  }

  /** What stands behind the last slash. */
  public String lastSegment() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  /**
   * A name that none in this folder comes before; none if no name can be in it for length. No
   * character of a name sorts before a space.
   */
  Optional<FileName> firstWithin() {
    return value.getBytes(StandardCharsets.UTF_8).length + 2 > MAX_BYTES
        ? Optional.empty()
        : Optional.of(resolve(" "));
  }

  /** This name, taken as a folder, with more segments behind it. */
  public FileName resolve(String more) {
    return new FileName(value + "/" + more);
  }

  @Override
  public int compareTo(FileName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
