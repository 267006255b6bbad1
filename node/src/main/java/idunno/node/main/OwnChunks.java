package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.node.chunks.ChunkStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;

/**
 * This node's chunks as they are read. A replica that can't be is looked at; and where it is
 * damaged it is taken out of the cluster's state, and repair makes it anew.
 */
final class OwnChunks {
  private final NodeName self;
  private final ChunkStore chunks;
  private final ReplicaCheck check;

  OwnChunks(NodeName self, ChunkStore chunks, ReplicaCheck check) {
    this.self = self;
    this.chunks = chunks;
    this.check = check;
  }

  /** Reads or opens a stretch of a chunk. */
  private interface Read<T> {
    T read() throws IOException;
  }

  /**
   * Fills a buffer from a chunk on this disk. The bytes are not checked: whoever reads knows their
   * checksum.
   *
   * @throws java.nio.file.NoSuchFileException if it isn't here
   */
  void read(ChunkId chunk, int offset, ByteBuffer into) throws IOException {
    suspecting(
        chunk,
        offset,
        into.remaining(),
        () -> {
          chunks.readUnchecked(chunk.value(), offset, into);
          return true;
        });
  }

  /** The same stretch as it lies in its file. */
  ChunkStore.Part part(ChunkId chunk, int offset, int length) throws IOException {
    return suspecting(chunk, offset, length, () -> chunks.part(chunk.value(), offset, length));
  }

  private <T> T suspecting(ChunkId chunk, int offset, int length, Read<T> read) throws IOException {
    try {
      return read.read();
    } catch (NoSuchFileException | ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      suspect(chunk);
      throw e;
    } catch (IllegalArgumentException e) {
      boolean isOurs =
          check
              .expected(chunk)
              .filter(known -> (long) offset + length <= known.length())
              .isPresent();
      if (!isOurs || offset < 0 || length < 0) {
        throw e;
      }
      suspect(chunk);
      throw new IOException("chunk " + chunk + " on " + self + ": " + e.getMessage(), e);
    }
  }

  /** This node's replica of a chunk is said to be damaged: it looks for itself. Doesn't block. */
  void suspect(ChunkId chunk) {
    check.suspect(chunk);
  }
}
