package idunno.core.files;

import idunno.core.base.Checks;
import java.util.regex.Pattern;

/**
 * The name of one chunk, made by the node that writes it and never used for other bytes.
 *
 * @param value 8 to 64 hexadecimal digits and dashes
 */
public record ChunkId(String value) implements Comparable<ChunkId> {
  private static final Pattern SHAPE = Pattern.compile("[0-9a-f-]{8,64}");

  /**
   * Checks the shape: it becomes a file's name on the nodes' disks.
   *
   * @throws IllegalArgumentException if the value isn't of the shape above
   */
  public ChunkId {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "chunk id: expected 8 to 64 of 0-9, a-f and '-', found " + Checks.quote(value));
    }
  }

  @Override
  public int compareTo(ChunkId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
