package idunno.node.transport;

import idunno.core.base.Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The links that wait for their next call, by address. The last one in is the first one out, so
 * that what is not needed grows old. Thread-safe.
 */
final class IdleLinks {
  /**
   * A link and since when it waits.
   *
   * @param sinceNanos in {@link System#nanoTime}
   */
  private record Waiting(Link link, long sinceNanos) {}

  private final Map<Address, Deque<Waiting>> byAddress = new HashMap<>();

  /** Takes a link to an address out, or null where there is none. */
  synchronized @Nullable Link take(Address address) {
    Deque<Waiting> waiting = byAddress.get(address);
    Waiting last = waiting == null ? null : waiting.pollLast();
    return last == null ? null : last.link();
  }

  /**
   * Puts a link in.
   *
   * @return whether it was taken: not if it has ended
   */
  synchronized boolean put(Link link, long nowNanos) {
    if (link.ended()) {
      return false;
    }
    byAddress
        .computeIfAbsent(link.address(), a -> new ArrayDeque<>())
        .addLast(new Waiting(link, nowNanos));
    return true;
  }

  /** Takes a link out that has ended, if it is here. */
  synchronized void remove(Link link) {
    Deque<Waiting> waiting = byAddress.get(link.address());
    if (waiting != null) {
      waiting.removeIf(w -> w.link() == link);
    }
  }

  /** Takes out all that have waited longer than that. */
  synchronized List<Link> takeOlderThan(long ageNanos, long nowNanos) {
    List<Link> old = new ArrayList<>();
    for (Deque<Waiting> waiting : byAddress.values()) {
      while (!waiting.isEmpty() && nowNanos - waiting.getFirst().sinceNanos() > ageNanos) {
        old.add(waiting.removeFirst().link());
      }
    }
    byAddress.values().removeIf(Deque::isEmpty);
    return old;
  }
}
