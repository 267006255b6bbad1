package idunno.node.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that do parts of one piece of work. When it is closed none of them is left: those that
 * are not done are interrupted and waited for, so what they were using may be used again.
 */
final class Crew implements AutoCloseable {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> begun = new ArrayList<>();

  /** Work that has begun. */
  record Task<T>(Future<T> future) {
    /**
     * Waits until it is done.
     *
     * @throws IOException what it threw, or that this thread was interrupted
     */
    T await() throws IOException {
      try {
        return future.get();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case IOException io -> throw io;
          case RuntimeException unexpected -> throw unexpected;
          case null, default -> throw new IOException(e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("interrupted").initCause(e);
      }
    }

    boolean isDone() {
      return future.isDone();
    }
  }

  /** Begins work on a thread of its own. */
  <T> Task<T> begin(Callable<T> work) {
    begun.removeIf(Future::isDone);
    Future<T> future = threads.submit(work);
    begun.add(future);
    return new Task<>(future);
  }

  @Override
  public void close() {
    begun.forEach(task -> task.cancel(true));
    threads.close();
  }
}
