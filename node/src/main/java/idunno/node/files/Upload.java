package idunno.node.files;

import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Turns streams into durable chunks and files to be committed; nothing is visible yet.
 *
 * <p>A chunk is filled before it is written, also over the end of a file: many small files share
 * one, so that 2,000 pictures are not 8,000 synced files.
 *
 * <p>Not thread-safe. Memory: one chunk.
 */
final class Upload {
  /** How many bytes a chunk has, but for the last of an upload. */
  static final int CHUNK_BYTES = 4 << 20;

  private final ChunkWriter writer;
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
  private final List<StoredChunk> chunks = new ArrayList<>();
  private final List<Draft> drafts = new ArrayList<>();
  private int chunksClosed;

  /** A file whose bytes lie in chunks that are durable, or still in the buffer. */
  private record Draft(FileName name, long length, int crc32c, List<Piece> pieces) {}

  /** A stretch of the chunk with that index in this upload. */
  private record Piece(int chunk, int offset, int length, int crc32c) {}

  /** What is durable of an upload and can be committed. */
  record Ready(List<NewFile> files, List<StoredChunk> chunks) {}

  Upload(ChunkWriter writer) {
    this.writer = writer;
  }

  /**
   * Takes a file's bytes, to the end of the stream.
   *
   * @return the file's checksum
   */
  int add(FileName name, InputStream in) throws IOException, InterruptedException {
    CRC32C whole = new CRC32C();
    List<Piece> pieces = new ArrayList<>();
    long length = 0;
    boolean ended = false;
    while (!ended) {
      int from = buffer.position();
      ended = fill(in);
      int read = buffer.position() - from;
      if (read > 0) {
        CRC32C piece = new CRC32C();
        piece.update(buffer.array(), from, read);
        whole.update(buffer.array(), from, read);
        pieces.add(new Piece(chunksClosed, from, read, (int) piece.getValue()));
        length += read;
      }
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
    int crc32c = (int) whole.getValue();
    drafts.add(new Draft(name, length, crc32c, pieces));
    return crc32c;
  }

  /** Fills the buffer; true at the end of the stream. */
  private boolean fill(InputStream in) throws IOException {
    while (buffer.hasRemaining()) {
      int read = in.read(buffer.array(), buffer.position(), buffer.remaining());
      if (read < 0) {
        return true;
      }
      buffer.position(buffer.position() + read);
    }
    return false;
  }

  private void flush() throws IOException, InterruptedException {
    if (buffer.position() > 0) {
      chunks.add(writer.write(buffer.flip()));
      chunksClosed++;
      buffer.clear();
    }
  }

  /** Makes all of it durable; then it can be committed. */
  Ready finish() throws IOException, InterruptedException {
    flush();
    List<NewFile> files = new ArrayList<>();
    for (Draft draft : drafts) {
      List<Extent> extents = new ArrayList<>();
      for (Piece piece : draft.pieces()) {
        extents.add(
            new Extent(
                chunks.get(piece.chunk()).id(), piece.offset(), piece.length(), piece.crc32c()));
      }
      files.add(new NewFile(draft.name(), draft.length(), draft.crc32c(), extents));
    }
    return new Ready(files, List.copyOf(chunks));
  }
}
