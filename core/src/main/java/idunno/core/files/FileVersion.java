package idunno.core.files;

import java.util.List;

/**
 * One immutable version of a file.
 *
 * @param number 1, 2, 3 ... per name, never used again, not after a delete either
 * @param length bytes in all
 * @param crc32c the checksum of the whole content
 * @param extents where the bytes are, in order; none for an empty file
 * @param atMs when it was committed, milliseconds since 1970, by the writer's clock
 */
public record FileVersion(int number, long length, int crc32c, List<Extent> extents, long atMs) {
  /**
   * Checks that the extents are the length.
   *
   * @throws IllegalArgumentException if they add up to something else
   */
  public FileVersion {
    extents = List.copyOf(extents);
    long sum = extents.stream().mapToLong(Extent::length).sum();
    if (number < 1 || sum != length) {
      throw new IllegalArgumentException(
          "version "
              + number
              + ": expected number 1 or more and extents of "
              + length
              + " bytes in all, found "
              + sum);
    }
  }

  /** The same version under another number. */
  FileVersion numbered(int other) {
    return other == number ? this : new FileVersion(other, length, crc32c, extents, atMs);
  }
}
