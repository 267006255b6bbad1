package idunno.node.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Buffers outside of the heap, used again and again: a chunk that lies in one is read from a
 * socket, and written to a file and another socket, without being copied in between.
 *
 * <p>There are so many and no more, since what lies outside of the heap is given back late. Whoever
 * finds none goes on with memory of the heap: slower, never stuck. Thread-safe.
 */
public final class Buffers {
  /** How many bytes each holds: a chunk. */
  public static final int BYTES = 4 << 20;

  /** Disks that are written past the cache want memory that begins where a page does. */
  private static final int PAGE_BYTES = 4096;

  private final int most;
  private final Deque<ByteBuffer> idle = new ArrayDeque<>();
  private int made;

  /** At most so many buffers, each made when it is first needed. */
  public Buffers(int most) {
    this.most = most;
  }

  /** Takes a buffer, empty and as long as is asked; of the heap if none is free or long enough. */
  public ByteBuffer take(int bytes) {
    ByteBuffer direct = bytes > BYTES ? null : takeDirect();
    return direct == null ? ByteBuffer.allocate(bytes) : direct.clear().limit(bytes);
  }

  /** Takes a buffer, or null if none is free. */
  synchronized @Nullable ByteBuffer takeDirect() {
    ByteBuffer buffer = idle.pollLast();
    if (buffer == null && made < most) {
      made++;
      buffer =
          ByteBuffer.allocateDirect(BYTES + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, BYTES);
    }
    return buffer;
  }

  /** Gives a buffer back, which nobody may use any more; one of the heap is let go. */
  public synchronized void give(ByteBuffer buffer) {
    if (buffer.isDirect() && buffer.capacity() == BYTES) {
      idle.addLast(buffer);
    }
  }
}
