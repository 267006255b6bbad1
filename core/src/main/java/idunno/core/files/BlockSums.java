package idunno.core.files;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The checksums of a chunk, block by block: made once by whoever writes it, checked by each node
 * that it passes, and kept beside the bytes at rest. So there is no moment in which the bytes lie
 * in a memory unguarded.
 *
 * @param crc32c the CRC32C of each block of 64 KiB, in order; the last block may be shorter
 */
public record BlockSums(List<Integer> crc32c) {
  /** How many bytes one checksum covers. */
  public static final int BLOCK_BYTES = 64 << 10;

  /** Keeps its own copy of the list. */
  public BlockSums {
    crc32c = List.copyOf(crc32c);
  }

  /** The checksums of what remains in a buffer, which is left as it was. */
  public static BlockSums of(ByteBuffer bytes) {
    List<Integer> sums = new ArrayList<>(Math.ceilDiv(bytes.remaining(), BLOCK_BYTES));
    for (int start = 0; start < bytes.remaining(); start += BLOCK_BYTES) {
      sums.add(Crc32c.of(block(bytes, start)));
    }
    return new BlockSums(sums);
  }

  private static ByteBuffer block(ByteBuffer bytes, int start) {
    return bytes.slice(bytes.position() + start, Math.min(BLOCK_BYTES, bytes.remaining() - start));
  }

  /**
   * The first block whose bytes have another checksum, counted from 0; the number of blocks, if
   * there are more or fewer bytes than these sums are of. Empty where all is well.
   */
  public OptionalInt firstWrong(ByteBuffer bytes) {
    if (Math.ceilDiv(bytes.remaining(), BLOCK_BYTES) != crc32c.size()) {
      return OptionalInt.of(crc32c.size());
    }
    for (int i = 0; i < crc32c.size(); i++) {
      if (Crc32c.of(block(bytes, i * BLOCK_BYTES)) != crc32c.get(i)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** The checksum of the whole chunk, which has so many bytes. */
  public int whole(int bytes) {
    int sum = 0;
    int left = bytes;
    for (int block : crc32c) {
      int length = Math.min(BLOCK_BYTES, left);
      sum = Crc32c.combine(sum, block, length);
      left -= length;
    }
    return sum;
  }
}
