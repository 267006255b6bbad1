package idunno.core.coordinator;

import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** By hash, since each beat asks for each of them. */
  private final Map<BatchKey, Given> batches = new LinkedHashMap<>();

  private final NavigableMap<BatchKey, Given> running = new TreeMap<>();
  private final NavigableSet<Waiting> line = new TreeSet<>(IN_LINE);
  private final NavigableMap<JobId, NavigableSet<Waiting>> lineByJob = new TreeMap<>();

  /** A batch that waits. */
  record Waiting(BatchKey key, double tag, double cost) {}

  void put(BatchKey key, Given given) {
    remove(key);
    batches.put(key, given);
    if (given.running()) {
      running.put(key, given);
    } else {
      Waiting one = new Waiting(key, given.tag(), given.cost());
      line.add(one);
      lineByJob.computeIfAbsent(key.job(), _ -> new TreeSet<>(IN_LINE)).add(one);
    }
  }

  /** What was known of the batch, if the node had it. */
  @Nullable Given remove(BatchKey key) {
    Given was = batches.remove(key);
    if (was != null && was.running()) {
      running.remove(key);
    } else if (was != null) {
      Waiting one = new Waiting(key, was.tag(), was.cost());
      line.remove(one);
      lineByJob.computeIfPresent(key.job(), (_, ofJob) -> without(ofJob, one));
    }
    return was;
  }

  private static @Nullable NavigableSet<Waiting> without(
      NavigableSet<Waiting> waiting, Waiting one) {
    waiting.remove(one);
    return waiting.isEmpty() ? null : waiting;
  }

  int size() {
    return batches.size();
  }

  /** What is known of a batch, if the node has it. */
  Optional<Given> get(BatchKey key) {
    return Optional.ofNullable(batches.get(key));
  }

  /** All of it, by batch. */
  Map<BatchKey, Given> batches() {
    return Collections.unmodifiableMap(batches);
  }

  /** What runs, by batch. */
  NavigableMap<BatchKey, Given> running() {
    return Collections.unmodifiableNavigableMap(running);
  }

  /** What waits, the first in line first. */
  NavigableSet<Waiting> line() {
    return Collections.unmodifiableNavigableSet(line);
  }

  /** What waits of each job of which anything does, the first in line first. */
  NavigableMap<JobId, NavigableSet<Waiting>> lineByJob() {
    return Collections.unmodifiableNavigableMap(lineByJob);
  }
}
