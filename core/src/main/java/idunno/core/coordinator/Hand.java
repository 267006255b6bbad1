package idunno.core.coordinator;

import idunno.core.jobs.BatchKey;
import java.util.Collections;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one node has: batches that run, and batches that wait in the order of their tags. */
final class Hand {
  private static final Comparator<Waiting> IN_LINE =
      Comparator.comparingDouble(Waiting::tag).thenComparing(Waiting::key);

  private final NavigableMap<BatchKey, Given> batches = new TreeMap<>();
  private final NavigableMap<BatchKey, Given> running = new TreeMap<>();
  private final NavigableSet<Waiting> line = new TreeSet<>(IN_LINE);

  /** A batch that waits. */
  record Waiting(BatchKey key, double tag) {}

  void put(BatchKey key, Given given) {
    remove(key);
    batches.put(key, given);
    if (given.running()) {
      running.put(key, given);
    } else {
      line.add(new Waiting(key, given.tag()));
    }
  }

  /** What was known of the batch, if the node had it. */
  @Nullable Given remove(BatchKey key) {
    Given was = batches.remove(key);
    if (was != null && was.running()) {
      running.remove(key);
    } else if (was != null) {
      line.remove(new Waiting(key, was.tag()));
    }
    return was;
  }

  int size() {
    return batches.size();
  }

  /** What is known of a batch, if the node has it. */
  Optional<Given> get(BatchKey key) {
    return Optional.ofNullable(batches.get(key));
  }

  /** All of it, by batch. */
  NavigableMap<BatchKey, Given> batches() {
    return Collections.unmodifiableNavigableMap(batches);
  }

  /** What runs, by batch. */
  NavigableMap<BatchKey, Given> running() {
    return Collections.unmodifiableNavigableMap(running);
  }

  /** What waits, the first in line first. */
  NavigableSet<Waiting> line() {
    return Collections.unmodifiableNavigableSet(line);
  }
}
