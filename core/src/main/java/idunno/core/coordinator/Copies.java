package idunno.core.coordinator;

import idunno.core.base.NodeName;
import idunno.core.base.TokenBucket;
import idunno.core.files.ChunkId;
import idunno.core.files.RepairPlan;
import idunno.core.files.RepairPlan.Copy;
import idunno.core.files.Roster;
import idunno.core.files.StoredChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The copies that are under way, and how many more may begin.
 *
 * <p>A copy that was made counts as coming until the log has it; one that failed is tried again a
 * second later, by other nodes if there are any. A chunk that goes on failing, such as one whose
 * last replica is damaged, is tried more and more seldom, until nodes come or go.
 */
final class Copies {
  private static final long LANDS_WITHIN_MS = 5_000;
  private static final long ENDS_WITHIN_MS = 120_000;
  private static final long REST_MS = 1_000;
  private static final long LONGEST_REST_MS = 60_000;
  private static final int QUICK_TRIES = 5;
  private static final long AVOID_MS = 60_000;

  private final TokenBucket bucket;
  private final RepairPlan.Load load = new RepairPlan.Load();
  private final NavigableMap<ChunkId, NavigableMap<NodeName, Flight>> flights = new TreeMap<>();
  private final NavigableMap<ChunkId, Trouble> troubles = new TreeMap<>();

  private record Flight(Copy copy, boolean made, long untilMs) {}

  private record Trouble(
      NavigableSet<NodeName> with, int failures, long restsUntilMs, long untilMs) {
    static long restMs(int failures) {
      int doublings = Math.clamp(failures - QUICK_TRIES, 0, Integer.SIZE);
      return Math.min(LONGEST_REST_MS, REST_MS << doublings);
    }
  }

  Copies(UpkeepRule rule, long nowMs) {
    // A quarter of a second's worth may go out at once, so that small chunks keep all nodes busy.
    this.bucket =
        new TokenBucket(rule.repairBytesPerSecond(), rule.repairBytesPerSecond() / 4 + 1, nowMs);
  }

  /** Whether the throttle lets another begin. */
  boolean isOpen(long nowMs) {
    return bucket.isOpen(nowMs);
  }

  /** How many copies each node is at. */
  RepairPlan.Load load() {
    return load;
  }

  /** The nodes that a chunk is coming to. */
  NavigableSet<NodeName> comingTo(ChunkId chunk) {
    NavigableMap<NodeName, Flight> to = flights.get(chunk);
    return to == null ? new TreeSet<>() : to.navigableKeySet();
  }

  /** Whether a copy of the chunk has failed just now. */
  boolean isResting(ChunkId chunk, long nowMs) {
    Trouble trouble = troubles.get(chunk);
    return trouble != null && nowMs < trouble.restsUntilMs();
  }

  /** The nodes with which a copy of the chunk has failed lately. */
  NavigableSet<NodeName> avoided(ChunkId chunk) {
    Trouble trouble = troubles.get(chunk);
    return trouble == null ? new TreeSet<>() : trouble.with();
  }

  /** A copy begins. */
  void begin(Copy copy, long nowMs) {
    bucket.take(copy.chunk().length(), nowMs);
    load.begin(copy);
    flights
        .computeIfAbsent(copy.chunk().id(), ignored -> new TreeMap<>())
        .put(copy.to(), new Flight(copy, false, nowMs + ENDS_WITHIN_MS));
  }

  /** A copy has ended, well or not. */
  void ended(ChunkId chunk, NodeName to, boolean made, long nowMs) {
    Optional<Flight> flight = flight(chunk, to).filter(one -> !one.made());
    if (flight.isEmpty()) {
      return;
    }
    Copy copy = flight.get().copy();
    load.end(copy);
    remove(chunk, to);
    if (made) {
      troubles.remove(chunk);
      flights
          .computeIfAbsent(chunk, ignored -> new TreeMap<>())
          .put(to, new Flight(copy, true, nowMs + LANDS_WITHIN_MS));
    } else {
      NavigableSet<NodeName> with = new TreeSet<>(avoided(chunk));
      with.add(copy.from());
      with.add(copy.to());
      Trouble before = troubles.get(chunk);
      int failures = before == null ? 1 : before.failures() + 1;
      long restsUntilMs = nowMs + Trouble.restMs(failures);
      troubles.put(chunk, new Trouble(with, failures, restsUntilMs, restsUntilMs + AVOID_MS));
    }
  }

  /** The log has brought something new of a chunk: copies that are in it have landed. */
  void seen(ChunkId id, Optional<StoredChunk> chunk) {
    if (chunk.isEmpty()) {
      troubles.remove(id);
    }
    for (NodeName to : List.copyOf(comingTo(id))) {
      boolean there = chunk.filter(one -> one.replicas().contains(to)).isPresent();
      if (flight(id, to).filter(Flight::made).isPresent() && (there || chunk.isEmpty())) {
        remove(id, to);
      }
    }
  }

  /** Forgets those that nothing was heard of for too long. */
  void expire(long nowMs) {
    for (Flight flight : all()) {
      if (flight.untilMs() <= nowMs) {
        forget(flight);
      }
    }
    troubles.values().removeIf(trouble -> trouble.untilMs() <= nowMs);
  }

  /**
   * Nodes have come or gone: copies between those that went and others will come to nothing, and
   * what has failed may do well now.
   */
  void follow(Roster roster) {
    troubles.clear();
    for (Flight flight : all()) {
      if (!roster.hasPath(flight.copy())) {
        forget(flight);
      }
    }
  }

  private List<Flight> all() {
    List<Flight> all = new ArrayList<>();
    flights.values().forEach(to -> all.addAll(to.values()));
    return all;
  }

  private void forget(Flight flight) {
    if (!flight.made()) {
      load.end(flight.copy());
    }
    remove(flight.copy().chunk().id(), flight.copy().to());
  }

  private Optional<Flight> flight(ChunkId chunk, NodeName to) {
    return Optional.ofNullable(flights.get(chunk)).map(all -> all.get(to));
  }

  private void remove(ChunkId chunk, NodeName to) {
    Map<NodeName, Flight> all = flights.get(chunk);
    if (all != null) {
      all.remove(to);
      if (all.isEmpty()) {
        flights.remove(chunk);
      }
    }
  }
}
