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
import java.util.Set;
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
  private final Map<JobId, Pile> piles = new LinkedHashMap<>();

  /** A batch that waits. */
  record Waiting(BatchKey key, double tag, double cost) {}

  /** What the node has of one job. */
  static final class Pile {
    private int batches;
    private double cost;
    private final NavigableSet<Waiting> line = new TreeSet<>(IN_LINE);

    /** How many batches: those that run, too. */
    int batches() {
      return batches;
    }

    /** What the job was charged for them. */
    double cost() {
      return cost;
    }

    /** Those that wait, the first in line first. */
    NavigableSet<Waiting> line() {
      return Collections.unmodifiableNavigableSet(line);
    }
  }

  void put(BatchKey key, Given given) {
    Given was = batches.put(key, given);
    if (was != null) {
      uncount(key, was);
    }
    count(key, given);
  }

  private void count(BatchKey key, Given given) {
    Pile pile = piles.computeIfAbsent(key.job(), _ -> new Pile());
    pile.batches++;
    pile.cost += given.cost();
    if (given.running()) {
      running.put(key, given);
    } else {
      Waiting one = new Waiting(key, given.tag(), given.cost());
      line.add(one);
      pile.line.add(one);
    }
  }

  private void uncount(BatchKey key, Given was) {
    Pile pile = pile(key.job());
    pile.batches--;
    pile.cost -= was.cost();
    if (was.running()) {
      running.remove(key);
    } else {
      Waiting one = new Waiting(key, was.tag(), was.cost());
      line.remove(one);
      pile.line.remove(one);
    }
    if (pile.batches == 0) {
      piles.remove(key.job());
    }
  }

  /** What was known of the batch, if the node had it. */
  @Nullable Given remove(BatchKey key) {
    Given was = batches.remove(key);
    if (was != null) {
      uncount(key, was);
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

  /** All of it. */
  Set<BatchKey> batches() {
    return Collections.unmodifiableSet(batches.keySet());
  }

  /** What runs, by batch. */
  NavigableMap<BatchKey, Given> running() {
    return Collections.unmodifiableNavigableMap(running);
  }

  /** What waits, the first in line first. */
  NavigableSet<Waiting> line() {
    return Collections.unmodifiableNavigableSet(line);
  }

  /** What it has of each job of which it has anything. */
  Map<JobId, Pile> piles() {
    return Collections.unmodifiableMap(piles);
  }

  /** What it has of one job. */
  Pile pile(JobId job) {
    Pile pile = piles.get(job);
    return pile == null ? new Pile() : pile;
  }
}
