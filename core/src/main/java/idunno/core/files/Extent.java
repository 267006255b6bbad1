package idunno.core.files;

import java.util.Objects;

/**
 * A stretch of one chunk that is a stretch of a file. A large file is whole chunks in a row; small
 * files that were uploaded together share a chunk, each with an extent of its own.
 *
 * @param chunk where the bytes are
 * @param offset the first byte's place in the chunk
 * @param length how many bytes, 1 or more
 * @param crc32c the checksum of exactly these bytes
 */
public record Extent(ChunkId chunk, int offset, int length, int crc32c) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if the offset is negative or the length less than 1
   */
  public Extent {
    Objects.requireNonNull(chunk);
    if (offset < 0 || length < 1) {
      throw new IllegalArgumentException(
          "extent: expected offset 0 or more and length 1 or more, found "
              + offset
              + " and "
              + length);
    }
  }
}
