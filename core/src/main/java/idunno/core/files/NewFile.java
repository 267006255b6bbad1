package idunno.core.files;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A version that is about to be committed; the store gives it its number.
 *
 * @param name the file
 * @param length bytes in all
 * @param crc32c the checksum of the whole content
 * @param extents where the bytes are, in order
 * @param onlyOver the number of the latest version that must be there, 0 for "no such file"; empty
 *     where whatever is there may be put over
 */
public record NewFile(
    FileName name, long length, int crc32c, List<Extent> extents, Optional<Integer> onlyOver) {
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

  /** A version that is put over whatever is there. */
  public NewFile(FileName name, long length, int crc32c, List<Extent> extents) {
    this(name, length, crc32c, extents, Optional.empty());
  }

  /** The same version, on that condition. */
  public NewFile onlyOver(Optional<Integer> number) {
    return new NewFile(name, length, crc32c, extents, number);
  }
}
