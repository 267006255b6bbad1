package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.List;
import java.util.Objects;

/**
 * One chunk and the nodes that hold it durably.
 *
 * @param id its name
 * @param length bytes, 1 or more
 * @param crc32c the checksum of all its bytes
 * @param replicas the nodes that hold it, in order of their names, none twice
 */
public record StoredChunk(ChunkId id, int length, int crc32c, List<NodeName> replicas) {
  /**
   * Puts the replicas in order.
   *
   * @throws IllegalArgumentException if the length is less than 1
   */
  public StoredChunk {
    Objects.requireNonNull(id);
    if (length < 1) {
      throw new IllegalArgumentException("chunk " + id + ": expected 1 byte or more");
    }
    replicas = replicas.stream().distinct().sorted().toList();
  }

  /** The same chunk, held by these nodes. */
  public StoredChunk heldBy(List<NodeName> nodes) {
    return new StoredChunk(id, length, crc32c, nodes);
  }
}
