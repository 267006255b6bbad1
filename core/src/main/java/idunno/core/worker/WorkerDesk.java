package idunno.core.worker;

import idunno.core.base.NodeId;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What lies on a worker's desk: batches that run, one more for each slot that waits, and results
 * that aren't known to be committed. Pure: it decides, the worker's threads do.
 *
 * <p>While the coordinator is being replaced the desk goes on with the batches that it has, and
 * keeps every result until a coordinator says that it is committed.
 *
 * <p>Not thread-safe.
 */
public final class WorkerDesk {
  private NodeId me;
  private final int slots;
  private long beats;
  private boolean leaving;
  private DiskRooms rooms = DiskRooms.NONE;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final NavigableMap<BatchKey, Long> running = new TreeMap<>();
  private final NavigableMap<BatchKey, BatchResult> finished = new TreeMap<>();
  private final NavigableMap<BatchKey, String> returned = new TreeMap<>();

  private record Waiting(Assignment assignment, long sinceMs) {}

  /**
   * An empty desk.
   *
   * @param me this node
   * @param slots how many batches run at once, 0 for a node that runs none
   */
  public WorkerDesk(NodeId me, int slots) {
    this.me = me;
    this.slots = slots;
  }

  /**
   * The next beat.
   *
   * @param room what this node's disk has room for
   */
  public Beat beat(DiskRoom room) {
    List<Beat.Held> held = new ArrayList<>();
    running.forEach((key, sinceMs) -> held.add(new Beat.Held(key, true, sinceMs)));
    waiting.forEach(one -> held.add(new Beat.Held(one.assignment().key(), false, one.sinceMs())));
    List<Beat.Returned> refused = new ArrayList<>();
    returned.forEach((key, reason) -> refused.add(new Beat.Returned(key, reason)));
    int wants = leaving ? 0 : Math.max(0, 2 * slots - running.size() - waiting.size());
    return new Beat(
        me,
        ++beats,
        held,
        List.copyOf(finished.values()),
        refused,
        wants,
        leaving,
        room,
        rooms.fingerprint());
  }

  /**
   * Takes the coordinator's answer to a beat.
   *
   * @param beat the beat that was answered
   */
  public void accept(Beat beat, Beat.Answer answer, long nowMs) {
    beat.returned().forEach(one -> returned.remove(one.key()));
    answer.settled().forEach(finished::remove);
    answer.rooms().ifPresent(told -> rooms = told);
    for (BatchKey key : answer.cancelled()) {
      waiting.removeIf(one -> one.assignment().key().equals(key));
    }
    if (leaving) {
      return;
    }
    for (Assignment assignment : answer.assigned()) {
      if (!holds(assignment.key())) {
        waiting.add(new Waiting(assignment, nowMs));
      }
    }
  }

  private boolean holds(BatchKey key) {
    return running.containsKey(key)
        || finished.containsKey(key)
        || waiting.stream().anyMatch(one -> one.assignment().key().equals(key));
  }

  /** Takes up the batch that has waited longest, if a slot is free. */
  public Optional<Assignment> start(long nowMs) {
    if (running.size() >= slots || waiting.isEmpty()) {
      return Optional.empty();
    }
    Assignment next = waiting.remove().assignment();
    running.put(next.key(), nowMs);
    return Optional.of(next);
  }

  /** A batch was run to its end. */
  public void finish(BatchResult result) {
    if (running.remove(result.key()) != null) {
      finished.put(result.key(), result);
    }
  }

  /** A batch could not be run here. */
  public void giveBack(BatchKey key, String reason) {
    if (running.remove(key) != null) {
      returned.put(key, reason);
    }
  }

  /** Takes no more work and hands back what waits; what runs is run to its end. */
  public void leave() {
    leaving = true;
    waiting.clear();
  }

  /** Stays after all: takes work again. */
  public void stay() {
    leaving = false;
  }

  /** The node was admitted anew: same desk, new id. */
  public void readmitted(NodeId id) {
    me = id;
  }

  /** All nodes' disks, as the coordinator told of them last. */
  public DiskRooms rooms() {
    return rooms;
  }

  /** This node's id. */
  public NodeId me() {
    return me;
  }

  /** Whether nothing runs, waits or is yet to be committed. */
  public boolean isEmpty() {
    return running.isEmpty() && waiting.isEmpty() && finished.isEmpty();
  }
}
