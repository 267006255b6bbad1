package idunno.node.transfer;

import idunno.core.files.Crc32c;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.node.transport.Buffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Turns streams into durable chunks and files to be committed; nothing is visible yet.
 *
 * <p>A chunk is filled before it is written, also over the end of a file: many small files share
 * one, so that 2,000 pictures are not 8,000 synced files. While one chunk is filled, those before
 * it are on their way to their nodes.
 *
 * <p>Not thread-safe. Memory: as many chunks as are on their way, and one.
 */
public final class Upload implements AutoCloseable {
  /** How many bytes a chunk has, but for the last of an upload. */
  public static final int CHUNK_BYTES = Buffers.BYTES;

  /** So many chunks are on their way at once, each along a chain of its own. */
  private static final int WINDOW = 3;

  /** Far more often than the grace that an orphan is given. */
  private static final long TOUCH_EVERY_MS = 60_000;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ChunkWriter writer;
  private final Holders holders;
  private final Memory memory;
  private final Buffers buffers;
  private final Queue<StoredChunk> durable = new ConcurrentLinkedQueue<>();
  private final Crew crew = new Crew();
  private final Deque<Crew.Task<Boolean>> underWay = new ArrayDeque<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<Draft> drafts = new ArrayList<>();
  private Slot filling;
  private boolean kept;

  /** A chunk of this upload, before and after it is durable. */
  private static final class Slot {
    private ByteBuffer bytes;
    private Optional<StoredChunk> chunk = Optional.empty();

    Slot(ByteBuffer bytes) {
      this.bytes = bytes;
    }
  }

  /** A file whose bytes lie in chunks that are durable, on their way, or still being filled. */
  private record Draft(FileName name, long length, List<Piece> pieces) {
    int crc32c() {
      int sum = 0;
      for (Piece piece : pieces) {
        sum = Crc32c.combine(sum, piece.crc32c(), piece.length());
      }
      return sum;
    }
  }

  /** A stretch of a chunk of this upload. */
  private record Piece(Slot slot, int offset, int length, int crc32c) {}

  /**
   * What is durable of an upload and can be committed.
   *
   * @param files the files, in the order in which they were added
   * @param chunks all chunks that they refer to
   */
  public record Ready(List<NewFile> files, List<StoredChunk> chunks) {
    /** The same, each file on that condition; see {@link NewFile#onlyOver}. */
    public Ready onlyOver(Optional<Integer> number) {
      return new Ready(files.stream().map(file -> file.onlyOver(number)).toList(), chunks);
    }
  }

  /**
   * An upload without files.
   *
   * @param buffers where chunks lie until they are durable
   * @param memory what an earlier try of the same upload has made durable
   * @param expectedBytes how long it will be, if that is known and short: the first buffer is no
   *     longer then
   */
  public Upload(
      ChunkWriter writer, Holders holders, Buffers buffers, Memory memory, long expectedBytes) {
    this.writer = writer;
    this.memory = memory;
    this.holders = holders;
    this.buffers = buffers;
    this.filling = slot(Math.clamp(expectedBytes, 1, CHUNK_BYTES));
  }

  private Slot slot(int bytes) {
    Slot slot =
        new Slot(bytes < CHUNK_BYTES / 4 ? ByteBuffer.allocate(bytes) : buffers.take(bytes));
    slots.add(slot);
    return slot;
  }

  /**
   * Takes a file's bytes, to the end of the stream.
   *
   * @return the file's checksum
   */
  public int add(FileName name, ReadableByteChannel in) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    long length = 0;
    boolean ended = false;
    while (!ended) {
      if (!filling.bytes.hasRemaining()) {
        next();
      }
      int from = filling.bytes.position();
      ended = fill(in, filling.bytes);
      int read = filling.bytes.position() - from;
      if (read > 0) {
        int crc32c = Crc32c.of(filling.bytes.slice(from, read));
        pieces.add(new Piece(filling, from, read, crc32c));
        length += read;
      }
    }
    Draft draft = new Draft(name, length, pieces);
    drafts.add(draft);
    return draft.crc32c();
  }

  /** Fills the buffer; true at the end of the stream. */
  private static boolean fill(ReadableByteChannel in, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (in.read(into) < 0) {
        return true;
      }
    }
    return false;
  }

  /** Sends the chunk that is full on its way and begins another, when there is room for it. */
  private void next() throws IOException {
    send();
    if (!kept) {
      kept = true;
      crew.begin(this::keep);
    }
    while (underWay.size() >= WINDOW) {
      underWay.remove().await();
    }
    filling = slot(CHUNK_BYTES);
  }

  /** Reminds the nodes now and then that what they hold will be wanted; ends by being cancelled. */
  private boolean keep() throws InterruptedException {
    while (true) {
      TimeUnit.MILLISECONDS.sleep(TOUCH_EVERY_MS);
      try {
        holders.touch(List.copyOf(durable));
      } catch (IOException e) {
        // It isn't known who is alive just now; there is time for several more tries.
      }
    }
  }

  private void send() {
    Slot full = filling;
    int index = slots.size() - 1;
    ByteBuffer bytes = full.bytes.flip();
    if (bytes.hasRemaining()) {
      underWay.add(
          crew.begin(
              () -> {
                StoredChunk chunk = durable(index, bytes);
                durable.add(chunk);
                full.chunk = Optional.of(chunk);
                full.bytes = NOTHING;
                buffers.give(bytes);
                return true;
              }));
    }
  }

  private StoredChunk durable(int index, ByteBuffer bytes)
      throws IOException, InterruptedException {
    if (!memory.isEmpty()) {
      Optional<StoredChunk> before = memory.recall(index, bytes.remaining(), Crc32c.of(bytes));
      Optional<StoredChunk> held = before.isPresent() ? stillHeld(before.get()) : Optional.empty();
      if (held.isPresent()) {
        return held.get();
      }
    }
    StoredChunk chunk = writer.write(bytes);
    memory.remember(index, chunk);
    return chunk;
  }

  private Optional<StoredChunk> stillHeld(StoredChunk chunk)
      throws IOException, InterruptedException {
    try {
      return Optional.of(holders.confirm(List.of(chunk)).getFirst());
    } catch (TooFewReplicas e) {
      return Optional.empty();
    }
  }

  /** Makes all of it durable; then it can be committed. */
  public Ready finish() throws IOException {
    send();
    while (!underWay.isEmpty()) {
      underWay.remove().await();
    }
    List<NewFile> files = new ArrayList<>();
    for (Draft draft : drafts) {
      List<Extent> extents = new ArrayList<>();
      for (Piece piece : draft.pieces()) {
        extents.add(
            new Extent(
                piece.slot().chunk.orElseThrow().id(),
                piece.offset(),
                piece.length(),
                piece.crc32c()));
      }
      files.add(new NewFile(draft.name(), draft.length(), draft.crc32c(), extents));
    }
    return new Ready(files, chunks());
  }

  /** The chunks that are durable so far. */
  private List<StoredChunk> chunks() {
    return slots.stream().flatMap(slot -> slot.chunk.stream()).toList();
  }

  /** Stops what is on its way, and gives the memory back. */
  @Override
  public void close() {
    crew.close();
    slots.forEach(slot -> buffers.give(slot.bytes));
  }
}
