package idunno.node.consensus;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The last entry in this node's state, and waiting for it to come. */
final class AppliedIndex {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition advanced = lock.newCondition();
  private volatile long index = -1;

  long get() {
    return index;
  }

  void reached(long newIndex) {
    lock.lock();
    try {
      index = newIndex;
      advanced.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the entry came before the deadline. */
  boolean await(long wanted, Deadline deadline) throws InterruptedException {
    if (index >= wanted) {
      return true;
    }
    lock.lock();
    try {
      while (index < wanted) {
        if (deadline.passed()) {
          return false;
        }
        var _ = advanced.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
