package idunno.node.transport;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A thread that burns the fuses whose time is up.
 *
 * <p>Nearly every fuse is put out long before, and to wake a thread costs more than all else about
 * one. So it isn't woken for each that ends before all others, as a {@link
 * java.util.concurrent.ScheduledThreadPoolExecutor} is: it sleeps until the end that it knows of,
 * though that fuse be out by then, and only an end before that wakes it.
 */
final class FuseWatch {
  private static final System.Logger LOG = System.getLogger(FuseWatch.class.getName());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlierEnd = lock.newCondition();

  /** A few for each connection. In no order: they are gone through at each look, which is rare. */
  private final Set<Fuse> lit = new HashSet<>();

  /** When it looks next, on the clock of {@link System#nanoTime}. */
  private long nextLookNanos = System.nanoTime();

  /** Starts to watch, for as long as the process lives. */
  FuseWatch(String name) {
    Thread.ofPlatform().daemon().name(name).start(this::watch);
  }

  void add(Fuse fuse) {
    lock.lock();
    try {
      lit.add(fuse);
      if (fuse.endNanos() - nextLookNanos < 0) {
        nextLookNanos = fuse.endNanos();
        earlierEnd.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void remove(Fuse fuse) {
    lock.lock();
    try {
      lit.remove(fuse);
    } finally {
      lock.unlock();
    }
  }

  private void watch() {
    while (true) {
      try {
        awaitEnds().forEach(FuseWatch::burn);
      } catch (InterruptedException e) {
        LOG.log(Level.WARNING, "nobody has a reason to interrupt this thread; it goes on", e);
      }
    }
  }

  private static void burn(Fuse fuse) {
    try {
      fuse.burn();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "what was to be done at the end of a time failed", e);
    }
  }

  /** Sleeps until the time of some fuses is up. {@return those, which are lit no more} */
  private List<Fuse> awaitEnds() throws InterruptedException {
    lock.lock();
    try {
      List<Fuse> ended = List.of();
      while (ended.isEmpty()) {
        long waitNanos = nextLookNanos - System.nanoTime();
        if (waitNanos > 0) {
          earlierEnd.awaitNanos(waitNanos);
        } else {
          ended = takeEnded();
        }
      }
      return ended;
    } finally {
      lock.unlock();
    }
  }

  private List<Fuse> takeEnded() {
    long now = System.nanoTime();
    List<Fuse> ended = new ArrayList<>();
    long soonest = Fuse.LONGEST_NANOS;
    for (Fuse fuse : lit) {
      long leftNanos = fuse.endNanos() - now;
      if (leftNanos <= 0) {
        ended.add(fuse);
      } else {
        soonest = Math.min(soonest, leftNanos);
      }
    }
    ended.forEach(lit::remove);
    nextLookNanos = now + soonest;
    return ended;
  }
}
