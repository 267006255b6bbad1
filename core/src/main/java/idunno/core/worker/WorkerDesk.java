package idunno.core.worker;

import idunno.core.base.NodeId;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What lies on a worker's desk: batches that run, batches that wait, and results that aren't known
 * to be committed. Pure: it decides, the worker's threads do.
 *
 * <p>Of the batches that wait the one runs next that the coordinator wants to, else the one with
 * the least tag, and not the one that came first: so a desk can be full for seconds ahead, and a
 * job that has just begun doesn't wait behind it.
 *
 * <p>While the coordinator is being replaced the desk goes on with the batches that it has, and
 * keeps every result until a coordinator says that it is committed.
 *
 * <p>Not thread-safe.
 */
public final class WorkerDesk {
  /** Of two with the same tag the newer job's: it has waited for its first batch. */
  private static final Comparator<Waiting> IN_LINE =
      Comparator.<Waiting>comparingDouble(one -> one.assignment().tag())
          .thenComparing(one -> one.assignment().key().job(), Comparator.reverseOrder())
          .thenComparingInt(one -> one.assignment().key().number());

  private NodeId me;
  private final int slots;
  private long beats;
  private boolean leaving;
  private DiskRooms rooms = DiskRooms.NONE;
  private int beatWithinMs = Beat.Answer.SOON_MS;
  private final NavigableSet<Waiting> waiting = new TreeSet<>(IN_LINE);
  private List<BatchKey> wantedNext = List.of();
  private final NavigableMap<BatchKey, Running> running = new TreeMap<>();
  private final NavigableSet<BatchKey> unwanted = new TreeSet<>();
  private final NavigableMap<BatchKey, BatchResult> finished = new TreeMap<>();
  private final NavigableMap<BatchKey, String> returned = new TreeMap<>();
  private final PaceMeter paces = new PaceMeter();

  private record Waiting(Assignment assignment, long sinceMs) {}

  private record Running(Assignment assignment, long sinceMs) {}

  /**
   * A batch that is to be run now.
   *
   * @param assignment the batch
   * @param waitedMs how long it lay on the desk
   */
  public record Next(Assignment assignment, long waitedMs) {}

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
   * @param memory the models that this node has in memory
   */
  public Beat beat(DiskRoom room, Beat.ModelMemory memory) {
    List<Beat.Held> held = new ArrayList<>();
    running.forEach(
        (key, one) -> held.add(new Beat.Held(key, true, one.sinceMs(), one.assignment().tag())));
    waiting.forEach(
        one ->
            held.add(
                new Beat.Held(
                    one.assignment().key(), false, one.sinceMs(), one.assignment().tag())));
    List<Beat.Returned> refused = new ArrayList<>();
    returned.forEach((key, reason) -> refused.add(new Beat.Returned(key, reason)));
    return new Beat(
        me,
        ++beats,
        held,
        List.copyOf(finished.values()),
        refused,
        leaving ? 0 : slots,
        paces.paces(),
        memory,
        leaving,
        room,
        rooms.fingerprint());
  }

  /**
   * Takes the coordinator's answer to a beat.
   *
   * @param beat the beat that was answered
   * @return the batches that run and that nobody wants any more: to be stopped
   */
  public List<BatchKey> accept(Beat beat, Beat.Answer answer, long nowMs) {
    beat.returned().forEach(one -> returned.remove(one.key()));
    answer.settled().forEach(finished::remove);
    answer.rooms().ifPresent(told -> rooms = told);
    beatWithinMs = answer.againWithinMs();
    List<BatchKey> stop = new ArrayList<>();
    for (BatchKey key : answer.cancelled()) {
      dropWaiting(key);
      if (running.containsKey(key) && unwanted.add(key)) {
        stop.add(key);
      }
    }
    answer.recalled().forEach(this::dropWaiting);
    wantedNext = answer.next();
    if (leaving) {
      return stop;
    }
    for (Assignment assignment : answer.assigned()) {
      if (!holds(assignment.key())) {
        waiting.add(new Waiting(assignment, nowMs));
      }
    }
    return stop;
  }

  private void dropWaiting(BatchKey key) {
    waiting.removeIf(one -> one.assignment().key().equals(key));
  }

  private boolean holds(BatchKey key) {
    return running.containsKey(key)
        || finished.containsKey(key)
        || waiting.stream().anyMatch(one -> one.assignment().key().equals(key));
  }

  /** Takes up the batch that is first in line, if a slot is free. */
  public Optional<Next> start(long nowMs) {
    if (running.size() >= slots || waiting.isEmpty()) {
      return Optional.empty();
    }
    Waiting next = removeNext();
    running.put(next.assignment().key(), new Running(next.assignment(), nowMs));
    return Optional.of(new Next(next.assignment(), Math.max(0, nowMs - next.sinceMs())));
  }

  private Waiting removeNext() {
    for (BatchKey key : wantedNext) {
      for (Waiting one : waiting) {
        if (one.assignment().key().equals(key)) {
          waiting.remove(one);
          return one;
        }
      }
    }
    return waiting.removeFirst();
  }

  /** A batch was run to its end. */
  public void finish(BatchResult result) {
    Running ran = running.remove(result.key());
    if (ran != null) {
      paces.ran(ran.assignment().model(), result);
      finished.put(result.key(), result);
      unwanted.remove(result.key());
    }
  }

  /** A batch could not be run here. */
  public void giveBack(BatchKey key, String reason) {
    if (running.remove(key) != null && !unwanted.remove(key)) {
      returned.put(key, reason);
    }
  }

  /** Whether a batch runs that nobody wants any more. */
  public boolean isUnwanted(BatchKey key) {
    return unwanted.contains(key);
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

  /** How soon the next beat is due, at the latest, in milliseconds after the last one. */
  public int beatWithinMs() {
    return beatWithinMs;
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
