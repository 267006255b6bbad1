package idunno.node.client;

import idunno.core.files.BlockSums;
import idunno.core.files.ChunkId;
import idunno.core.files.Crc32c;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.node.transport.Buffers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Short files, one behind the other in one chunk that is yet to be written.
 *
 * @param bytes the chunk's, from position to limit
 */
record Packed(ChunkId chunk, ByteBuffer bytes, BlockSums sums, List<NewFile> files) {
  /** A file that fits into memory. */
  record Small(FileName name, ByteBuffer bytes) {}

  Packed {
    files = List.copyOf(files);
  }

  /**
   * Packs files, which are left as they are.
   *
   * @param buffers where the chunk's bytes lie, until they are given back
   */
  static Packed of(List<Small> small, Buffers buffers) {
    int length = small.stream().mapToInt(file -> file.bytes().remaining()).sum();
    ByteBuffer bytes = buffers.take(length);
    ChunkId chunk = new ChunkId(UUID.randomUUID().toString());
    List<NewFile> files = new ArrayList<>();
    for (Small one : small) {
      int from = bytes.position();
      int size = one.bytes().remaining();
      bytes.put(one.bytes().duplicate());
      int crc32c = Crc32c.of(bytes.slice(from, size));
      List<Extent> extents = size == 0 ? List.of() : List.of(new Extent(chunk, from, size, crc32c));
      files.add(new NewFile(one.name(), size, crc32c, extents));
    }
    bytes.flip();
    return new Packed(chunk, bytes, BlockSums.of(bytes), files);
  }
}
