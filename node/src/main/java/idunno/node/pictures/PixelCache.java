package idunno.node.pictures;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pixels of pictures that were decoded, resized and cut, kept for the next model that wants them
 * so: a second pass over the same dataset then decodes nothing.
 *
 * <p>They lie outside the heap, in cells of one size for each length of pixels, within a limit for
 * all of them together. To make room, a cell is given up that nobody has used for a while; where
 * all are in use, one by chance: a dataset that doesn't fit is gone through from its beginning to
 * its end again and again, and giving up what was used longest ago would give up just what is
 * wanted next.
 *
 * <p>Any number of threads may use it. Memory is taken as it is needed, and kept until the end.
 */
public final class PixelCache implements AutoCloseable {
  /** So many are looked at to find one that nobody has used for a while. */
  private static final int LOOKED_AT = 8;

  private static final long UNUSED_AFTER_NANOS = 60_000_000_000L;

  private final long limitBytes;
  private final LongSupplier clockNanos;
  private final Arena arena = Arena.ofShared();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Cell> cells = new HashMap<>();
  private final List<Cell> inUse = new ArrayList<>();
  private final Map<Integer, Deque<MemorySegment>> free = new HashMap<>();
  private final SplittableRandom random = new SplittableRandom(7);
  private long takenBytes;
  private boolean closed;
  private long hits;
  private long misses;

  /**
   * One picture's pixels in one shape.
   *
   * @param content what the picture's bytes are known by
   * @param shape what was made of them
   */
  private record Key(Object content, PixelShape shape) {}

  private static final class Cell {
    private final Key key;
    private final MemorySegment pixels;
    private int place;
    private long usedNanos;

    private Cell(Key key, MemorySegment pixels) {
      this.key = key;
      this.pixels = pixels;
    }
  }

  /**
   * What it has done so far.
   *
   * @param pictures how many it holds
   * @param bytes the memory that it has taken
   * @param hits how often it had what was asked for
   * @param misses how often not
   */
  public record Figures(int pictures, long bytes, long hits, long misses) {}

  /**
   * An empty cache.
   *
   * @param limitBytes the most memory that it takes; 0 for a cache that keeps nothing
   * @param clockNanos a clock that never goes back, in nanoseconds
   */
  public PixelCache(long limitBytes, LongSupplier clockNanos) {
    this.limitBytes = limitBytes;
    this.clockNanos = clockNanos;
  }

  /**
   * Copies a picture's pixels, if they are there.
   *
   * @param content what the picture's bytes are known by; two that are equal stand for equal bytes
   * @return whether they were there
   */
  public boolean copy(Object content, PixelShape shape, byte[] into) {
    lock.lock();
    try {
      Cell cell = cells.get(new Key(content, shape));
      if (cell == null) {
        misses++;
        return false;
      }
      hits++;
      cell.usedNanos = clockNanos.getAsLong();
      // Under the lock, so that nobody gives the cell up meanwhile: it takes some microseconds.
      MemorySegment.copy(cell.pixels, ValueLayout.JAVA_BYTE, 0, into, 0, into.length);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a picture's pixels, if there is room or others can go. */
  public void keep(Object content, PixelShape shape, byte[] pixels) {
    Key key = new Key(content, shape);
    lock.lock();
    try {
      if (closed || cells.containsKey(key)) {
        return;
      }
      @Nullable MemorySegment room = room(pixels.length);
      if (room == null) {
        return;
      }
      Cell cell = new Cell(key, room);
      cell.usedNanos = clockNanos.getAsLong();
      cell.place = inUse.size();
      MemorySegment.copy(pixels, 0, room, ValueLayout.JAVA_BYTE, 0, pixels.length);
      cells.put(key, cell);
      inUse.add(cell);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable MemorySegment room(int length) {
    Deque<MemorySegment> ofLength = free.computeIfAbsent(length, _ -> new ArrayDeque<>());
    if (ofLength.isEmpty() && takenBytes + length <= limitBytes) {
      takenBytes += length;
      return arena.allocate(length);
    }
    if (ofLength.isEmpty()) {
      // One of another length makes room for later pictures of that length, but not for this one.
      giveUpOne();
    }
    return ofLength.poll();
  }

  private void giveUpOne() {
    if (inUse.isEmpty()) {
      return;
    }
    Cell chosen = inUse.get(random.nextInt(inUse.size()));
    for (int i = 1; i < LOOKED_AT; i++) {
      Cell other = inUse.get(random.nextInt(inUse.size()));
      chosen = other.usedNanos < chosen.usedNanos ? other : chosen;
    }
    if (clockNanos.getAsLong() - chosen.usedNanos < UNUSED_AFTER_NANOS) {
      chosen = inUse.get(random.nextInt(inUse.size()));
    }
    cells.remove(chosen.key);
    Cell last = inUse.removeLast();
    if (last != chosen) {
      last.place = chosen.place;
      inUse.set(chosen.place, last);
    }
    free.computeIfAbsent((int) chosen.pixels.byteSize(), _ -> new ArrayDeque<>())
        .add(chosen.pixels);
  }

  /** What it has done so far. */
  public Figures figures() {
    lock.lock();
    try {
      return new Figures(cells.size(), takenBytes, hits, misses);
    } finally {
      lock.unlock();
    }
  }

  /** Gives its memory back; from now on it has nothing and keeps nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        cells.clear();
        inUse.clear();
        free.clear();
        arena.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
