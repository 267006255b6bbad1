package idunno.node.chunks;

import idunno.core.files.BlockSums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Immutable chunks on the local disk.
 *
 * <p>What is durable when a call returns: a written chunk is, its bytes and its name (both synced,
 * unless the store was opened without syncing); a deleted one may come back after a power cut,
 * which is harmless, as whoever deletes asks again. A chunk is written under {@code incoming/},
 * renamed to {@code ab/abcd….chunk}, and synced then: one commit of the disk's journal takes bytes
 * and name. After a power cut a torn one may bear its name, but none that a call had returned for,
 * and its trailer tells. What a crash leaves under {@code incoming/} is swept at the next open.
 *
 * <p>Every read is checked against checksums at rest; see {@link ChunkFile} for the format.
 *
 * <p>Thread-safe. A folder belongs to one open store at a time.
 */
public final class ChunkStore implements AutoCloseable {
  /** The longest chunk, in bytes. */
  public static final int MAX_CHUNK_BYTES = 64 << 20;

  /**
   * One chunk that the store holds.
   *
   * @param id its id
   * @param length its length in bytes
   */
  public record Held(String id, long length) {}

  private final Path dir;
  private final Path incoming;
  private final Shelves shelves;
  private final String node;
  private final FileChannel lockFile;
  private final LocalDisk disk;
  private final DirectWrites direct;
  private final DiskWatch watch;
  private final boolean syncs;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong lastTemp = new AtomicLong();

  /** One writer at a time for each id; unequal ids seldom share a lock. */
  private final List<ReentrantLock> locks = Stream.generate(ReentrantLock::new).limit(64).toList();

  /**
   * A chunk that was read from its first byte to its last, every checksum right.
   *
   * @param length its length in bytes
   * @param crc32c the checksum of all its bytes, as they were read
   */
  public record Sum(long length, int crc32c) {}

  /**
   * A stretch of a chunk as it lies in its file.
   *
   * @param file open; whoever asked closes it
   * @param offset where the stretch begins
   * @param length how many bytes it has
   */
  public record Part(FileChannel file, long offset, int length) {}

  private ChunkStore(Path dir, String node, FileChannel lockFile, DiskCare care)
      throws IOException {
    this.syncs = care.syncs();
    this.dir = dir;
    this.incoming = dir.resolve("incoming");
    this.shelves = new Shelves(dir);
    this.node = node;
    this.lockFile = lockFile;
    this.disk = new LocalDisk(dir, incoming, care.ballast());
    this.watch = DiskWatch.of(disk, node, care);
    sweep();
    this.direct = DirectWrites.tryIn(incoming);
  }

  /**
   * Opens a folder, making it if there is none, and sweeps what a crash left.
   *
   * @param node the node's name, for messages
   * @throws IOException if the folder can't be used, or another store has it open
   */
  public static ChunkStore open(Path dir, String node) throws IOException {
    return open(dir, node, DiskCare.USUAL);
  }

  /**
   * Opens a folder, making it if there is none, and sweeps what a crash left.
   *
   * @param node the node's name, for messages
   * @param care how to look after the disk
   * @throws IOException if the folder can't be used, or another store has it open
   */
  public static ChunkStore open(Path dir, String node, DiskCare care) throws IOException {
    Files.createDirectories(dir);
    FileChannel lockFile =
        FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lockFile.tryLock() == null) {
        throw new OverlappingFileLockException();
      }
      ChunkStore store = new ChunkStore(dir, node, lockFile, care);
      for (Held held : store.list()) {
        store.usedBytes.addAndGet(Files.size(store.shelves.file(held.id())));
      }
      store.watch.start();
      return store;
    } catch (OverlappingFileLockException e) {
      lockFile.close();
      throw new IOException(
          "chunks of %s: %s is in use by another running node; give each its own folder"
              .formatted(node, dir),
          e);
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private void sweep() throws IOException {
    Files.createDirectories(incoming);
    Shelves.sync(dir);
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(incoming)) {
      for (Path leftover : leftovers) {
        if (Files.isRegularFile(leftover, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(leftover);
        }
      }
    }
  }

  /**
   * Writes a chunk; it is durable when this returns. Writing again what is there already, with the
   * same bytes, does nothing; a copy that is there but damaged is replaced.
   *
   * @param bytes its bytes, up to {@link #MAX_CHUNK_BYTES}; left as they are
   * @param crc32c the CRC32C that the sender computed
   * @throws CorruptChunk if the bytes have another CRC32C: they were damaged on the way
   * @throws FileAlreadyExistsException if other bytes are there under the same id
   * @throws DiskReadOnly if the disk is full, or has failed before; nothing was tried then
   * @throws IOException if the disk fails; nothing of the chunk is left then
   * @throws IllegalArgumentException if the id is malformed or the chunk too long
   */
  public void write(String chunkId, ByteBuffer bytes, int crc32c) throws IOException {
    BlockSums sums = BlockSums.of(bytes);
    int found = sums.whole(bytes.remaining());
    if (found != crc32c) {
      throw new CorruptChunk(
          node,
          chunkId,
          CorruptChunk.WHOLE,
          Integer.toHexString(crc32c),
          Integer.toHexString(found));
    }
    write(chunkId, bytes, sums, crc32c, false);
  }

  /**
   * The same, with the checksums of the blocks as the first writer made them.
   *
   * @param cached whether it will be read soon, and shall be in memory then
   * @throws CorruptChunk if a block has another checksum
   */
  public void write(String chunkId, ByteBuffer bytes, BlockSums sums, boolean cached)
      throws IOException {
    OptionalInt wrong = sums.firstWrong(bytes);
    if (wrong.isPresent()) {
      throw new CorruptChunk(
          node, chunkId, wrong.getAsInt(), "the bytes that were sent", "other bytes");
    }
    write(chunkId, bytes, sums, sums.whole(bytes.remaining()), cached);
  }

  private void write(String chunkId, ByteBuffer bytes, BlockSums sums, int crc32c, boolean cached)
      throws IOException {
    Path shard = shelves.shard(chunkId);
    int length = bytes.remaining();
    if (length > MAX_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "chunk %s: expected at most %d bytes, found %d"
              .formatted(chunkId, MAX_CHUNK_BYTES, length));
    }
    ReentrantLock lock = lockOf(chunkId);
    lock.lock();
    try {
      if (isHeld(chunkId, length, crc32c)) {
        // It may be there without having been forced: whoever wrote it was killed in between.
        force(shelves.file(chunkId));
      } else {
        watch.expectRoom(chunkId, length);
        shelves.makeDurable(shard);
        place(chunkId, bytes, sums, crc32c, cached);
      }
      if (syncs) {
        Shelves.sync(shard);
      }
    } catch (FileAlreadyExistsException | DiskReadOnly e) {
      throw e;
    } catch (IOException e) {
      watch.failed(e);
      throw new IOException(
          "chunk %s on %s: writing %d bytes failed (%s); %d bytes are free in %s"
              .formatted(chunkId, node, length, e.getMessage(), freeBytes(), dir),
          e);
    } finally {
      lock.unlock();
    }
  }

  /** Whether these bytes are there and undamaged; it takes a full read to promise that. */
  private boolean isHeld(String chunkId, int length, int crc32c) throws IOException {
    if (!Files.exists(shelves.file(chunkId))) {
      return false;
    }
    try (ChunkFile chunk = new ChunkFile(shelves.file(chunkId), chunkId, node)) {
      if (chunk.length() != length || chunk.crc32c() != crc32c) {
        throw new FileAlreadyExistsException(
            "chunk %s on %s".formatted(chunkId, node),
            null,
            "other bytes are there: %d of CRC32C %x, not %d of %x; an id is never used twice"
                .formatted(chunk.length(), chunk.crc32c(), length, crc32c));
      }
      chunk.verify();
      return true;
    } catch (NoSuchFileException | CorruptChunk e) {
      return false;
    }
  }

  private void place(String chunkId, ByteBuffer bytes, BlockSums sums, int crc32c, boolean cached)
      throws IOException {
    Path file = shelves.file(chunkId);
    Path temp = incoming.resolve(chunkId + "." + lastTemp.incrementAndGet());
    long before = 0;
    boolean placed = false;
    try (FileChannel out =
        FileChannel.open(temp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      int written = cached ? 0 : direct.write(temp, bytes);
      ChunkFile.write(out, bytes, written, sums, crc32c);
      before = Files.exists(file) ? Files.size(file) : 0;
      Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
      placed = true;
      if (syncs) {
        out.force(false); // the length is forced with the bytes; only times may lag
      }
      usedBytes.addAndGet(out.size() - before);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temp);
      if (placed) {
        // The cache shows bytes that the disk doesn't have: none may be found there.
        Files.deleteIfExists(file);
        usedBytes.addAndGet(-before);
      }
      throw e;
    }
  }

  private void force(Path file) throws IOException {
    if (syncs) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(false);
      }
    }
  }

  /** Whether a chunk is there that says of itself that it has that length and checksum. */
  public boolean holds(String chunkId, int length, int crc32c) throws IOException {
    try (ChunkFile chunk = new ChunkFile(shelves.file(chunkId), chunkId, node)) {
      return chunk.length() == length && chunk.crc32c() == crc32c;
    } catch (NoSuchFileException | CorruptChunk e) {
      return false;
    }
  }

  /**
   * Reads a part of a chunk, checked.
   *
   * @param offset where to start, in bytes from 0
   * @param length how many bytes
   * @throws NoSuchFileException if there is no such chunk
   * @throws CorruptChunk if a block that the part touches, or the trailer, is damaged
   * @throws IllegalArgumentException if the id is malformed or the part is not within the chunk
   */
  public ByteBuffer read(String chunkId, long offset, int length) throws IOException {
    try (ChunkFile chunk = openHeld(chunkId)) {
      checkBounds(chunk, chunkId, offset, length);
      return chunk.read(offset, length);
    }
  }

  /**
   * Reads all of a chunk's bytes and checks them.
   *
   * @return its length in bytes
   * @throws NoSuchFileException if there is no such chunk
   * @throws CorruptChunk if any of it is damaged
   */
  public long verify(String chunkId) throws IOException {
    try (ChunkFile chunk = openHeld(chunkId)) {
      chunk.verify();
      return chunk.length();
    }
  }

  /**
   * Reads all of a chunk's bytes, checks them, and sums them up anew: a file that is whole in
   * itself may still be another chunk's.
   *
   * @throws NoSuchFileException if there is no such chunk
   * @throws CorruptChunk if any of it is damaged
   */
  public Sum sum(String chunkId) throws IOException {
    try (ChunkFile chunk = openHeld(chunkId)) {
      CRC32C crc = new CRC32C();
      for (long at = 0; at < chunk.length(); at += ChunkFile.BLOCK_BYTES) {
        int bytes = (int) Math.min(ChunkFile.BLOCK_BYTES, chunk.length() - at);
        crc.update(chunk.read(at, bytes));
      }
      return new Sum(chunk.length(), (int) crc.getValue());
    }
  }

  /** Whether a file is there under a chunk's name, sound or not. */
  public boolean has(String chunkId) {
    return Files.isRegularFile(shelves.file(chunkId), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Fills a buffer from a chunk. The bytes are <em>not</em> checked: whoever reads knows the
   * checksum of what he reads, which guards the way to him as well.
   *
   * @throws NoSuchFileException if there is no such chunk
   * @throws IllegalArgumentException if the part is not within the chunk
   */
  public void readUnchecked(String chunkId, long offset, ByteBuffer into) throws IOException {
    try (ChunkFile chunk = openHeld(chunkId)) {
      checkBounds(chunk, chunkId, offset, into.remaining());
      chunk.readUnchecked(offset, into);
    }
  }

  /** The same stretch, not read but open to be read, as it is sent over the network. */
  public Part part(String chunkId, long offset, int length) throws IOException {
    ChunkFile chunk = openHeld(chunkId);
    try {
      checkBounds(chunk, chunkId, offset, length);
      return new Part(chunk.channel(), offset, length);
    } catch (IllegalArgumentException e) {
      chunk.close();
      throw e;
    }
  }

  private static void checkBounds(ChunkFile chunk, String chunkId, long offset, int length) {
    if (offset < 0 || length < 0 || offset > chunk.length() - length) {
      throw new IllegalArgumentException(
          "chunk %s: expected a part of its %d bytes, found %d bytes from %d"
              .formatted(chunkId, chunk.length(), length, offset));
    }
  }

  private ChunkFile openHeld(String chunkId) throws IOException {
    try {
      return new ChunkFile(shelves.file(chunkId), chunkId, node);
    } catch (NoSuchFileException e) {
      var missing = new NoSuchFileException("chunk " + chunkId, null, "not on " + node);
      missing.initCause(e);
      throw missing;
    }
  }

  /**
   * Deletes a chunk; a read that has begun still ends well.
   *
   * @return whether it was there
   */
  public boolean delete(String chunkId) throws IOException {
    ReentrantLock lock = lockOf(chunkId);
    lock.lock();
    try {
      return remove(shelves.file(chunkId));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletes what is there under a chunk's name, unless it is sound and what it should be.
   *
   * @param length the chunk's length in bytes
   * @param crc32c its checksum
   * @return whether something was deleted
   */
  public boolean deleteUnless(String chunkId, long length, int crc32c) throws IOException {
    ReentrantLock lock = lockOf(chunkId);
    lock.lock();
    try {
      return !isSound(chunkId, new Sum(length, crc32c)) && remove(shelves.file(chunkId));
    } finally {
      lock.unlock();
    }
  }

  private boolean isSound(String chunkId, Sum expected) throws IOException {
    try {
      return sum(chunkId).equals(expected);
    } catch (ClosedChannelException e) {
      throw e; // This thread shall end; that says nothing of the chunk.
    } catch (IOException e) {
      return false;
    }
  }

  private boolean remove(Path file) throws IOException {
    try {
      long fileBytes = Files.size(file);
      Files.delete(file);
      usedBytes.addAndGet(-fileBytes);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * The chunks that are there, sorted by id, by their names and sizes alone: {@link #verify} tells
   * whether one is sound. Files that are no chunks are passed over.
   */
  public List<Held> list() throws IOException {
    return shelves.list();
  }

  /** What the chunks take on the disk, in bytes, their checksums included. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** What is free on the disk for this process, in bytes. */
  public long freeBytes() throws IOException {
    return disk.freeBytes();
  }

  /** Whether the disk takes chunks, and why not. Chunks that are there are read in any case. */
  public Room room() {
    return watch.room();
  }

  /** Whether the disk takes chunks. */
  public boolean writable() {
    return room().writable();
  }

  /**
   * Whether the disk is to blame for a write that failed, of whatever file of the node's.
   *
   * @return true if it takes no more chunks either
   */
  public boolean isToBlameFor(IOException failure) {
    watch.failed(failure);
    return !watch.room().writable();
  }

  /** Whether so many bytes of other files than chunks can be written to the disk now. */
  public boolean hasRoomFor(long bytes) {
    return watch.hasRoomFor(bytes);
  }

  /** Gives the folder back. */
  @Override
  public void close() throws IOException {
    watch.close();
    lockFile.close();
  }

  private ReentrantLock lockOf(String chunkId) {
    return locks.get(Math.floorMod(chunkId.hashCode(), locks.size()));
  }
}
