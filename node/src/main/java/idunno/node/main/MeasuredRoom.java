package idunno.node.main;

import idunno.core.files.DiskRoom;
import idunno.node.chunks.ChunkStore;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What this node's disk has room for, measured at most once a second. */
final class MeasuredRoom implements Supplier<DiskRoom> {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ChunkStore chunks;
  private final LongSupplier nanos;
  private long measuredNanos;
  private DiskRoom room;

  /**
   * Measures that store's disk.
   *
   * @param nanos a clock that never goes back, in nanoseconds
   */
  MeasuredRoom(ChunkStore chunks, LongSupplier nanos) {
    this.chunks = chunks;
    this.nanos = nanos;
    this.measuredNanos = nanos.getAsLong();
    this.room = measure(chunks);
  }

  @Override
  public synchronized DiskRoom get() {
    long now = nanos.getAsLong();
    if (now - measuredNanos >= FRESH_NANOS) {
      measuredNanos = now;
      room = measure(chunks);
    }
    return room;
  }

  private static DiskRoom measure(ChunkStore chunks) {
    try {
      return new DiskRoom(
          Math.max(0, chunks.usedBytes()), chunks.freeBytes(), chunks.room().writable());
    } catch (IOException e) {
      // A disk that can't even say what is free takes nothing.
      return new DiskRoom(Math.max(0, chunks.usedBytes()), 0, false);
    }
  }
}
