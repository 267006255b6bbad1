package idunno.node.chunks;

import java.io.IOException;
import java.io.Serial;

/**
 * A chunk's bytes are not those that were written. This copy is lost; another replica is not, so
 * read that one, and make this one anew from it.
 */
public final class CorruptChunk extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /** In place of a block's index: the trailer, which holds the blocks' checksums. */
  public static final int TRAILER = -1;

  /** In place of a block's index: the whole chunk, as it came in. */
  public static final int WHOLE = -2;

  private final String node;
  private final String chunkId;
  private final int block;

  CorruptChunk(String node, String chunkId, int block, String expected, String found) {
    super(
        "chunk %s on %s: %s is corrupt (expected %s, found %s); use another replica"
            .formatted(chunkId, node, part(block), expected, found));
    this.node = node;
    this.chunkId = chunkId;
    this.block = block;
  }

  private static String part(int block) {
    return switch (block) {
      case TRAILER -> "the trailer";
      case WHOLE -> "what arrived";
      default -> "block " + block;
    };
  }

  /** The node that holds the copy. */
  public String node() {
    return node;
  }

  /** The chunk. */
  public String chunkId() {
    return chunkId;
  }

  /** The block's index from 0, {@link #TRAILER} or {@link #WHOLE}. */
  public int block() {
    return block;
  }
}
