package idunno.node.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends a batch before its time: between two pictures, or in the middle of a run of the network.
 *
 * <p>A thread's interruption would do the same and more: it closes the files that the thread reads
 * at that moment, which others read too.
 */
public final class Halt {
  private final ReentrantLock lock = new ReentrantLock();
  private OrtSession.@Nullable RunOptions running;
  private boolean asked;

  /** Has the batch end soon. */
  public void ask() {
    lock.lock();
    try {
      asked = true;
      if (running != null) {
        running.setTerminate(true);
      }
    } catch (OrtException e) {
      // Then the batch ends after this run.
      return;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks whether the batch shall go on.
   *
   * @throws CancellationException if it shall not
   */
  void check() {
    lock.lock();
    try {
      if (asked) {
        throw new CancellationException("the batch is no longer wanted");
      }
    } finally {
      lock.unlock();
    }
  }

  /** A run of the network begins, with options that it can be ended by. */
  void begin(OrtSession.RunOptions options) {
    lock.lock();
    try {
      check();
      running = options;
    } finally {
      lock.unlock();
    }
  }

  /** The run has ended, in one way or another: its options are no longer touched. */
  void end() {
    lock.lock();
    try {
      running = null;
    } finally {
      lock.unlock();
    }
  }
}
