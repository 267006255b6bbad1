package idunno.node.chunks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import idunno.core.files.BlockSums;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * One chunk's file, opened to be read.
 *
 * <p>The bytes come first, aligned with the disk's pages; then the trailer, which is all that is
 * needed to check any part of them (numbers are big-endian):
 *
 * <pre>
 *   bytes of the chunk                     length
 *   CRC32C of each block of 64 KiB         4 each; the last block may be shorter
 *   magic "IDCHUNK1"                       8
 *   length                                 8
 *   CRC32C of the whole chunk              4
 *   CRC32C of the trailer up to here       4
 * </pre>
 */
final class ChunkFile implements Closeable {
  /** How many bytes one checksum covers: the smallest part that can be read and checked alone. */
  static final int BLOCK_BYTES = BlockSums.BLOCK_BYTES;

  private static final long MAGIC = ByteBuffer.wrap("IDCHUNK1".getBytes(US_ASCII)).getLong();
  private static final int FOOTER_BYTES = 24;

  private final FileChannel channel;
  private final String node;
  private final String chunkId;
  private final long length;
  private final ByteBuffer blockCrcs;
  private final int crc32c;

  /**
   * Opens a chunk's file and checks its trailer.
   *
   * @throws CorruptChunk if the trailer is damaged or cut off
   */
  ChunkFile(Path file, String chunkId, String node) throws IOException {
    this.node = node;
    this.chunkId = chunkId;
    this.channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      this.length = lengthOf(channel.size());
      if (length < 0 || length > ChunkStore.MAX_CHUNK_BYTES) {
        throw corrupt(CorruptChunk.TRAILER, "one", "a file of " + channel.size() + " bytes");
      }
      int blocks = blocksOf(length);
      ByteBuffer trailer = ByteBuffer.allocate(blocks * 4 + FOOTER_BYTES);
      readFully(trailer, length);
      this.blockCrcs = trailer.slice(0, blocks * 4);
      ByteBuffer footer = trailer.slice(blocks * 4, FOOTER_BYTES);
      if (footer.getLong() != MAGIC || footer.getLong() != length) {
        throw corrupt(CorruptChunk.TRAILER, "the mark and the length", "other bytes");
      }
      this.crc32c = footer.getInt();
      check(CorruptChunk.TRAILER, footer.getInt(), crcOf(trailer.limit(trailer.limit() - 4)));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * The chunk's length in bytes that a file of this size would hold: what {@link #write} writes,
   * the other way round.
   *
   * @return a negative number if a chunk's file is never that short
   */
  static long lengthOf(long fileBytes) {
    long both = fileBytes - FOOTER_BYTES;
    long blocks = Math.ceilDiv(both, BLOCK_BYTES + 4L);
    return both - 4 * blocks;
  }

  private static int blocksOf(long length) {
    return (int) Math.ceilDiv(length, BLOCK_BYTES);
  }

  /**
   * Writes a chunk and its trailer into a file. The sums are kept as they came, not made anew: what
   * they guard is what the writer had.
   *
   * @param from so many bytes are there already
   */
  static void write(FileChannel out, ByteBuffer bytes, int from, BlockSums sums, int crc32c)
      throws IOException {
    ByteBuffer trailer = ByteBuffer.allocate(sums.crc32c().size() * 4 + FOOTER_BYTES);
    sums.crc32c().forEach(trailer::putInt);
    trailer.putLong(MAGIC).putLong(bytes.remaining()).putInt(crc32c);
    trailer.putInt(crcOf(trailer.duplicate().flip()));
    out.position(from);
    writeFully(out, bytes.slice(bytes.position() + from, bytes.remaining() - from));
    writeFully(out, trailer.flip());
  }

  /**
   * Writes block by block. File systems that cache in large pages take one as large as the write
   * is, and in a virtual machine large ones are what the host has taken back while they were free:
   * writes of 4 MiB were up to ten times as slow, page fault after page fault.
   */
  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int size = Math.min(bytes.remaining(), BLOCK_BYTES);
      bytes.position(bytes.position() + out.write(bytes.slice(bytes.position(), size)));
    }
  }

  /** The CRC32C of what remains in a buffer, which is left as it was. */
  static int crcOf(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /** Fills a buffer with bytes that are not checked here, and rewinds it. */
  void readUnchecked(long offset, ByteBuffer into) throws IOException {
    int start = into.position();
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position() - start) < 0) {
        throw corrupt(CorruptChunk.TRAILER, length + " bytes", "an end before that");
      }
    }
    into.position(start);
  }

  /** The open file, for whoever takes it over and closes it. */
  FileChannel channel() {
    return channel;
  }

  /** The chunk's length in bytes, without the trailer. */
  long length() {
    return length;
  }

  /** The CRC32C of the whole chunk, as it was when written. */
  int crc32c() {
    return crc32c;
  }

  /**
   * Reads a part, checking every block that it touches.
   *
   * @throws CorruptChunk if one of them is damaged or cut off
   */
  ByteBuffer read(long offset, int bytes) throws IOException {
    if (bytes == 0) {
      return ByteBuffer.allocate(0);
    }
    int first = (int) (offset / BLOCK_BYTES);
    int last = (int) ((offset + bytes - 1) / BLOCK_BYTES);
    long start = (long) first * BLOCK_BYTES;
    long end = Math.min((last + 1L) * BLOCK_BYTES, length);
    ByteBuffer blocks = ByteBuffer.allocate((int) (end - start));
    for (int block = first; block <= last; block++) {
      readBlock(block, blocks);
    }
    return blocks.slice((int) (offset - start), bytes);
  }

  /** Reads and checks every block. */
  void verify() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BLOCK_BYTES);
    for (int block = 0; block < blocksOf(length); block++) {
      readBlock(block, buffer.clear());
    }
  }

  private void readBlock(int block, ByteBuffer into) throws IOException {
    long start = (long) block * BLOCK_BYTES;
    ByteBuffer bytes = into.slice(into.position(), (int) Math.min(BLOCK_BYTES, length - start));
    into.position(into.position() + bytes.capacity());
    readFully(bytes, start);
    check(block, blockCrcs.getInt(block * 4), crcOf(bytes));
  }

  private void readFully(ByteBuffer into, long offset) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position()) < 0) {
        throw corrupt(CorruptChunk.TRAILER, length + " bytes", "an end before that");
      }
    }
    into.flip();
  }

  private void check(int block, int expected, int found) throws CorruptChunk {
    if (expected != found) {
      throw corrupt(block, Integer.toHexString(expected), Integer.toHexString(found));
    }
  }

  private CorruptChunk corrupt(int block, String expected, String found) {
    return new CorruptChunk(node, chunkId, block, expected, found);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
