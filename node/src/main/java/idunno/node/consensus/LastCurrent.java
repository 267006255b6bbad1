package idunno.node.consensus;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The latest moment at which this node's state is known to have been current. */
final class LastCurrent {
  private boolean known;
  private long atNanos;

  /** It was, at that moment of {@link System#nanoTime()}. */
  synchronized void at(long nanos) {
    if (!known || nanos - atNanos > 0) {
      known = true;
      atNanos = nanos;
    }
  }

  /** How long ago that was; empty if it never was. */
  synchronized OptionalLong agoMs() {
    return known
        ? OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - atNanos))
        : OptionalLong.empty();
  }
}
