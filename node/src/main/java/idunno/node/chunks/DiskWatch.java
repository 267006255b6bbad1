package idunno.node.chunks;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Whether a disk takes chunks.
 *
 * <p>It takes none once less than the reserve is free, or once a write has failed: the reserve is
 * for the consensus' log and the node's own, which lie on the same disk and can't go elsewhere, as
 * a chunk can. It takes chunks again when there is clearly more free than the reserve (so that it
 * doesn't go back and forth) and, after a failed write, when a small write succeeds. The longer a
 * disk fails, the seldomer it is tried.
 *
 * <p>Rejected: to try each chunk and let it fail. A full disk takes small files for a while yet,
 * the consensus' log among the first that it doesn't take, and then the node is of no use at all.
 *
 * <p>Thread-safe.
 */
public final class DiskWatch implements AutoCloseable {
  /** So much more than the reserve must be free before chunks are taken again: four of them. */
  private static final long MARGIN_BYTES = 16 << 20;

  /** The largest reserve that is kept where nobody named one. */
  private static final long MOST_RESERVE_BYTES = 1L << 30;

  /** The share of the disk that is kept, where that is less. */
  private static final long RESERVE_SHARE = 20;

  /** Before each chunk it is looked at anyway. */
  private static final long LOOK_EVERY_MS = 1_000;

  private static final long FIRST_TRY_MS = 5_000;
  private static final long LAST_TRY_MS = 60_000;

  private final Disk disk;
  private final String node;
  private final long reserveBytes;
  private final long marginBytes;
  private final LongSupplier clockMs;
  private final Consumer<Room> changed;
  private final Thread thread;
  private Room room;
  private boolean failed;
  private long tryAgainMs;
  private long tryPauseMs = FIRST_TRY_MS;

  /** The disk under the chunks. */
  interface Disk {
    /** Where the chunks are, for messages. */
    Path folder();

    long totalBytes();

    long freeBytes() throws IOException;

    /** Writes a little, durably, and takes it away again. */
    void tryToWrite() throws IOException;

    /** Told what is free, each time that somebody looked. */
    void looked(long freeBytes);
  }

  /** The reserve of a disk where nobody named one: 1 GiB, or a 20th of a smaller disk. */
  static long reserveOf(long totalBytes) {
    return Math.min(MOST_RESERVE_BYTES, totalBytes / RESERVE_SHARE);
  }

  DiskWatch(
      Disk disk, String node, long reserveBytes, LongSupplier clockMs, Consumer<Room> changed) {
    this.disk = disk;
    this.node = node;
    this.reserveBytes = reserveBytes;
    this.marginBytes = Math.max(reserveBytes / 4, Math.min(MARGIN_BYTES, disk.totalBytes() / 16));
    this.clockMs = clockMs;
    this.changed = changed;
    this.room = new Room(true, "", Long.MAX_VALUE);
    this.thread = Thread.ofVirtual().name("disk-watch").unstarted(this::run);
  }

  /**
   * A watch over a disk.
   *
   * @param node the node's name, for messages
   */
  static DiskWatch of(Disk disk, String node, DiskCare care) {
    return new DiskWatch(
        disk,
        node,
        care.reserveBytes().orElseGet(() -> reserveOf(disk.totalBytes())),
        () -> System.nanoTime() / 1_000_000,
        care.changed());
  }

  /** Looks now, and from now on. */
  void start() {
    look();
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        look();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** How the disk stands. */
  public synchronized Room room() {
    return room;
  }

  /**
   * Expects the disk to have room for a chunk.
   *
   * @param bytes the chunk's length
   * @throws DiskReadOnly if it has none
   */
  void expectRoom(String chunk, long bytes) throws IOException {
    look();
    Room now = room();
    if (now.writable()) {
      if (now.freeBytes() - bytes >= reserveBytes) {
        return;
      }
      if (bytes <= marginBytes) {
        readOnly(shortOfRoom(now.freeBytes()), now.freeBytes(), false);
      }
    }
    throw new DiskReadOnly(
        ("chunk %s on %s: not written, since its disk at %s takes no chunks now (%d bytes are"
                + " free, %d stay reserved%s); use another node, and free space on this one")
            .formatted(chunk, node, disk.folder(), now.freeBytes(), reserveBytes, because()));
  }

  private String because() {
    String reason = room().reason();
    return reason.isEmpty() ? "" : "; " + reason;
  }

  private String shortOfRoom(long freeBytes) {
    return "%d bytes were free, fewer than the %d reserved".formatted(freeBytes, reserveBytes);
  }

  /**
   * A write failed. Whether the disk is to blame is found out by another write: the words of an
   * error differ between systems and languages.
   */
  void failed(IOException e) {
    if (e instanceof ClosedChannelException || e instanceof DiskReadOnly) {
      return;
    }
    try {
      disk.tryToWrite();
      look();
    } catch (ClosedChannelException interrupted) {
      // This thread shall end; that says nothing of the disk.
    } catch (IOException again) {
      readOnly("a write failed: " + again.getMessage(), freeBytes(), true);
    }
  }

  /**
   * Whether others than chunks can be written to this disk now: the reserve is theirs.
   *
   * @param bytes how much they need
   */
  boolean hasRoomFor(long bytes) {
    if (freeBytes() < bytes) {
      return false;
    }
    try {
      disk.tryToWrite();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private long freeBytes() {
    try {
      return disk.freeBytes();
    } catch (IOException e) {
      return 0;
    }
  }

  private void readOnly(String reason, long freeBytes, boolean writeFailed) {
    synchronized (this) {
      if (writeFailed) {
        tryPauseMs = failed ? Math.min(LAST_TRY_MS, 2 * tryPauseMs) : FIRST_TRY_MS;
        tryAgainMs = clockMs.getAsLong() + tryPauseMs;
        failed = true;
      }
      boolean before = room.writable();
      room = new Room(false, reason, freeBytes);
      if (!before) {
        return;
      }
    }
    changed.accept(room());
  }

  /** Looks at what is free, and tries a failed disk again when it is time to. */
  void look() {
    long free;
    try {
      free = disk.freeBytes();
    } catch (IOException e) {
      readOnly("it can't be looked at: " + e.getMessage(), 0, true);
      return;
    }
    disk.looked(free);
    boolean isShort;
    boolean mayTry;
    synchronized (this) {
      boolean writable = room.writable();
      room = new Room(writable, room.reason(), free);
      isShort = writable && free < reserveBytes;
      mayTry =
          !writable
              && free >= reserveBytes + marginBytes
              && (!failed || clockMs.getAsLong() >= tryAgainMs);
    }
    if (isShort) {
      readOnly(shortOfRoom(free), free, false);
    } else if (mayTry) {
      tryAgain(free);
    }
  }

  private void tryAgain(long free) {
    try {
      disk.tryToWrite();
    } catch (ClosedChannelException interrupted) {
      return;
    } catch (IOException e) {
      readOnly("a write failed: " + e.getMessage(), free, true);
      return;
    }
    synchronized (this) {
      if (room.writable()) {
        return;
      }
      failed = false;
      room = new Room(true, "", free);
    }
    changed.accept(room());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
