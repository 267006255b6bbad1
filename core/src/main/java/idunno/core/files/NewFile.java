package idunno.core.files;

import java.util.List;

/**
 * A version that is about to be committed; the store gives it its number.
 *
 * @param name the file
 * @param length bytes in all
 * @param crc32c the checksum of the whole content
 * @param extents where the bytes are, in order
 */
public record NewFile(FileName name, long length, int crc32c, List<Extent> extents) {
  /** Keeps its own copy of the list. */
  public NewFile {
    extents = List.copyOf(extents);
  }
}
