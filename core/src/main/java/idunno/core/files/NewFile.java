package idunno.core.files;

import java.util.List;
import java.util.Objects;

/**
 * A version that is about to be committed; the store gives it its number.
 *
 * @param name the file
 * @param length bytes in all
 * @param crc32c the checksum of the whole content
 * @param extents where the bytes are, in order
 */
public record NewFile(FileName name, long length, int crc32c, List<Extent> extents) {
  /**
   * Checks that the extents are the length.
   *
   * @throws IllegalArgumentException if they add up to something else
   */
  public NewFile {
    Objects.requireNonNull(name);
    extents = List.copyOf(extents);
    long sum = extents.stream().mapToLong(Extent::length).sum();
    if (sum != length) {
      throw new IllegalArgumentException(
          name + ": expected extents of " + length + " bytes in all, found " + sum);
    }
  }
}
