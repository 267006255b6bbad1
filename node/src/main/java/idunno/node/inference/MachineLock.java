package idunno.node.inference;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock between the processes of a machine, kept on a file; a process that dies lets go of it.
 *
 * <p>The operating system's locks belong to a process as a whole, and closing any channel of a file
 * gives up all that the process has on it. So within this process each file is opened once: an
 * exclusive lock has an ordinary lock before it, a shared one a count.
 */
final class MachineLock implements AutoCloseable {
  private static final long LOOK_EVERY_MS = 20;

  private static final ConcurrentHashMap<Path, ReentrantLock> INSIDE = new ConcurrentHashMap<>();
  private static final ReentrantLock SHARING = new ReentrantLock();
  private static final Map<Path, Shared> SHARED = new HashMap<>();

  private static final class Shared {
    final FileChannel channel;
    int holders = 1;

    Shared(FileChannel channel) {
      this.channel = channel;
    }
  }

  private interface Release {
    void run() throws IOException;
  }

  private final Release release;

  private MachineLock(Release release) {
    this.release = release;
  }

  /**
   * Waits until no other thread and no other process has the lock. To be closed by the same thread.
   *
   * @throws IOException if it is not to be had within that time, or the file can't be written
   */
  static MachineLock exclusive(Path file, Duration within) throws IOException {
    long deadline = System.nanoTime() + within.toNanos();
    ReentrantLock inside = INSIDE.computeIfAbsent(file, _ -> new ReentrantLock());
    boolean held = false;
    try {
      if (!inside.tryLock(within.toNanos(), TimeUnit.NANOSECONDS)) {
        throw tooLong(file, within);
      }
      @Nullable FileChannel channel = null;
      try {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock();
        while (lock == null) {
          if (System.nanoTime() - deadline > 0) {
            throw tooLong(file, within);
          }
          Thread.sleep(LOOK_EVERY_MS); // there is no way to be told
          lock = channel.tryLock();
        }
        held = true;
        FileChannel mine = channel;
        return new MachineLock(
            () -> {
              // In this order: within one process a second channel may not even try.
              try {
                mine.close();
              } finally {
                inside.unlock();
              }
            });
      } finally {
        if (!held) {
          if (channel != null) {
            channel.close();
          }
          inside.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + file);
    }
  }

  private static IOException tooLong(Path file, Duration within) {
    return new IOException(
        "%s: expected the lock within %d s, another process still has it; see who by: fuser %s"
            .formatted(file, within.toSeconds(), file));
  }

  /**
   * Holds the file together with others who do the same, so that {@link #isFree} is false.
   *
   * @throws IOException if somebody has it exclusively, or the file can't be written
   */
  static MachineLock shared(Path file) throws IOException {
    SHARING.lock();
    try {
      @Nullable Shared known = SHARED.get(file);
      if (known != null) {
        known.holders++;
        return new MachineLock(() -> giveUp(file));
      }
      @Nullable FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
          throw new IOException(file + ": another process has it for itself; try again");
        }
        SHARED.put(file, new Shared(channel));
        channel = null;
      } finally {
        if (channel != null) {
          channel.close();
        }
      }
      return new MachineLock(() -> giveUp(file));
    } finally {
      SHARING.unlock();
    }
  }

  private static void giveUp(Path file) throws IOException {
    SHARING.lock();
    try {
      @Nullable Shared known = SHARED.get(file);
      if (known != null && --known.holders == 0) {
        SHARED.remove(file);
        known.channel.close();
      }
    } finally {
      SHARING.unlock();
    }
  }

  /** Whether nobody holds the file by {@link #shared}, here or in another process. */
  static boolean isFree(Path file) throws IOException {
    SHARING.lock();
    try {
      if (SHARED.containsKey(file)) {
        return false;
      }
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          @Nullable FileLock lock = channel.tryLock()) {
        return lock != null;
      }
    } finally {
      SHARING.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    release.run();
  }
}
