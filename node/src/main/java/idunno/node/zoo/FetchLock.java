package idunno.node.zoo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The right to fetch one file: for one thread of one process on a machine at a time. The system
 * takes it from a process that dies.
 *
 * <p>The lock's file is empty and stays: if it were deleted, one process could hold the deleted
 * file's lock while another holds that of its successor.
 */
final class FetchLock implements AutoCloseable {

  // The system's locks are the whole process's: among its threads these decide.
  private static final ConcurrentMap<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

  private final ReentrantLock here;
  private final FileChannel channel;

  private FetchLock(ReentrantLock here, FileChannel channel) {
    this.here = here;
    this.channel = channel;
  }

  /**
   * Waits for the lock and takes it. To be closed on the same thread.
   *
   * @param file the lock's file
   * @param whenOthersHaveIt called before waiting, perhaps twice
   * @throws InterruptedIOException if interrupted while waiting
   * @throws IOException if the file can't be made or locked
   */
  static FetchLock take(Path file, Runnable whenOthersHaveIt) throws IOException {
    ReentrantLock here =
        HERE.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new ReentrantLock());
    if (!here.tryLock()) {
      whenOthersHaveIt.run();
      try {
        here.lockInterruptibly();
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
    try {
      return new FetchLock(here, locked(file, whenOthersHaveIt));
    } catch (IOException | RuntimeException e) {
      here.unlock();
      throw e;
    }
  }

  private static FileChannel locked(Path file, Runnable whenOthersHaveIt) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        whenOthersHaveIt.run();
        lock = channel.lock();
      }
      return channel;
    } catch (FileLockInterruptionException e) {
      channel.close();
      throw interrupted();
    } catch (IOException e) {
      channel.close();
      throw new IOException(
          "lock "
              + file
              + ": "
              + e.getMessage()
              + "; name a cache folder on a disk of this machine with "
              + Zoo.CACHE_OVERRIDE,
          e);
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while another process fetches the same file");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      here.unlock();
    }
  }
}
