package idunno.node.transfer;

import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.StoredChunk;
import idunno.node.transport.Buffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * The content of one version of a file, to be read from the nodes that hold it.
 *
 * <p>Several extents are on their way at once, from different nodes where there are; memory is
 * bounded by those few, however long the file.
 */
public final class Content {
  /** So many extents are on their way at once: enough for a disk, a network and two cores. */
  static final int WINDOW = 3;

  private final ChunkReader reader;
  private final List<Extent> extents;
  private final Function<ChunkId, Optional<StoredChunk>> chunks;

  /** Takes a stretch of the content. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes the bytes that begin at an offset of the content.
     *
     * @param bytes good until this returns
     */
    void take(long offset, ByteBuffer bytes) throws IOException;
  }

  /** Tells which stretches are to be read. */
  @FunctionalInterface
  public interface Wanted {
    /** Whether the extent that begins at that offset of the content is. */
    boolean isWanted(long offset, Extent extent) throws IOException;
  }

  /** An extent and where it begins in the content. */
  private record Stretch(long offset, Extent extent) {
    long end() {
      return offset + extent.length();
    }
  }

  /**
   * Content of those extents.
   *
   * @param chunks knows of each chunk who holds it, now
   */
  public Content(
      ChunkReader reader, List<Extent> extents, Function<ChunkId, Optional<StoredChunk>> chunks) {
    this.reader = reader;
    this.extents = List.copyOf(extents);
    this.chunks = chunks;
  }

  /**
   * Hands the content over in its order, from one offset up to another. Where there is but one
   * stretch, this thread fetches it: see {@link #inAnyOrder}.
   *
   * @param from the first byte, from 0
   * @param to the byte behind the last
   * @param sink called by this thread
   * @throws IOException if no replica of an extent can be read, or the sink fails
   */
  public void inOrder(long from, long to, Sink sink) throws IOException {
    record Ahead(Stretch stretch, Crew.Task<ByteBuffer> bytes) {}
    Deque<ByteBuffer> idle = new ArrayDeque<>();
    Deque<Ahead> ahead = new ArrayDeque<>();
    Deque<Stretch> rest = new ArrayDeque<>(stretches(from, to));
    if (rest.size() == 1) {
      Stretch only = rest.remove();
      hand(only, read(only.extent()), from, to, sink);
      return;
    }
    try (Crew crew = new Crew()) {
      while (!rest.isEmpty() || !ahead.isEmpty()) {
        while (!rest.isEmpty() && ahead.size() < WINDOW) {
          Stretch next = rest.remove();
          ByteBuffer into = room(next.extent().length(), idle);
          ahead.add(new Ahead(next, crew.begin(() -> read(next.extent(), into))));
        }
        Ahead first = ahead.remove();
        ByteBuffer bytes = first.bytes().await();
        hand(first.stretch(), bytes, from, to, sink);
        idle.push(bytes);
      }
    }
  }

  private static void hand(Stretch stretch, ByteBuffer bytes, long from, long to, Sink sink)
      throws IOException {
    int begin = (int) Math.max(0, from - stretch.offset());
    int end = (int) Math.min(bytes.remaining(), to - stretch.offset());
    sink.take(stretch.offset() + begin, bytes.slice(begin, end - begin));
  }

  /**
   * Hands the content over in any order, several stretches at once. Where there is but one, this
   * thread fetches it: small files are many, and each change of threads costs as much as their
   * bytes.
   *
   * @param buffers where the bytes lie meanwhile
   * @param sink called by several threads at once
   * @throws IOException if no replica of an extent can be read, or the sink fails
   */
  public void inAnyOrder(Buffers buffers, Wanted wanted, Sink sink) throws IOException {
    ConcurrentLinkedQueue<Stretch> rest = new ConcurrentLinkedQueue<>();
    for (Stretch stretch : stretches(0, Long.MAX_VALUE)) {
      if (wanted.isWanted(stretch.offset(), stretch.extent())) {
        rest.add(stretch);
      }
    }
    if (rest.size() < 2) {
      readAll(rest, buffers, sink);
      return;
    }
    try (Crew crew = new Crew()) {
      List<Crew.Task<Long>> workers = new ArrayList<>();
      for (int i = 0; i < Math.min(WINDOW, rest.size()); i++) {
        workers.add(crew.begin(() -> readAll(rest, buffers, sink)));
      }
      for (Crew.Task<Long> worker : workers) {
        worker.await();
      }
    }
  }

  private long readAll(ConcurrentLinkedQueue<Stretch> rest, Buffers buffers, Sink sink)
      throws IOException {
    long count = 0;
    for (Stretch next = rest.poll(); next != null; next = rest.poll()) {
      ByteBuffer into = buffers.take(next.extent().length());
      try {
        sink.take(next.offset(), read(next.extent(), into));
      } catch (IOException | RuntimeException e) {
        rest.clear();
        throw e;
      } finally {
        buffers.give(into);
      }
      count++;
    }
    return count;
  }

  /** Reads one extent, checked, into memory of the heap. */
  ByteBuffer read(Extent extent) throws IOException {
    return read(extent, ByteBuffer.allocate(extent.length()));
  }

  private ByteBuffer read(Extent extent, ByteBuffer into) throws IOException {
    StoredChunk chunk =
        chunks
            .apply(extent.chunk())
            .orElseThrow(
                () -> new NoSuchFileException("chunk " + extent.chunk(), null, "was deleted"));
    reader.read(extent, chunk, into);
    return into;
  }

  List<Extent> extents() {
    return extents;
  }

  private List<Stretch> stretches(long from, long to) {
    List<Stretch> stretches = new ArrayList<>();
    long offset = 0;
    for (Extent extent : extents) {
      Stretch stretch = new Stretch(offset, extent);
      if (stretch.offset() < to && stretch.end() > from) {
        stretches.add(stretch);
      }
      offset = stretch.end();
    }
    return stretches;
  }

  /** A buffer that is no longer needed, if it has the room. */
  private static ByteBuffer room(int bytes, Deque<ByteBuffer> idle) {
    ByteBuffer last = idle.poll();
    return last != null && last.capacity() >= bytes
        ? last.clear().limit(bytes)
        : ByteBuffer.allocate(bytes);
  }
}
