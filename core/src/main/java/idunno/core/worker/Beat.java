package idunno.core.worker;

import idunno.core.base.NodeId;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.models.ModelKey;
import java.util.List;
import java.util.Optional;

/**
 * What a worker tells the coordinator several times a second: it lives, and all that it holds. Each
 * beat says everything, so a lost or repeated one does no harm, and a new coordinator learns from
 * the next one what the old one knew.
 *
 * @param node who it is
 * @param number 1, 2, 3 ... counted by the worker; an older one that comes late is ignored
 * @param held the batches that it runs or will run next
 * @param finished results that it doesn't know to be committed yet
 * @param returned batches that it can't run
 * @param slots how many batches it runs at once; 0 if it takes no work
 * @param paces how fast it has run which model
 * @param memory the models that it has in memory
 * @param leaving whether it wants to leave the group
 * @param room what its disk has room for
 * @param roomsKnown the fingerprint of the disks that it was told of last; 0 for none
 */
public record Beat(
    NodeId node,
    long number,
    List<Held> held,
    List<BatchResult> finished,
    List<Returned> returned,
    int slots,
    List<Pace> paces,
    ModelMemory memory,
    boolean leaving,
    DiskRoom room,
    long roomsKnown) {
  /** Keeps its own copies of the lists. */
  public Beat {
    held = List.copyOf(held);
    finished = List.copyOf(finished);
    returned = List.copyOf(returned);
    paces = List.copyOf(paces);
  }

  /**
   * A batch in a worker's hands.
   *
   * @param key the batch
   * @param running whether it runs now, or waits behind the one that runs
   * @param sinceMs since when it runs or waits, by the worker's clock, milliseconds since 1970
   * @param tag the tag that it was given with
   */
  public record Held(BatchKey key, boolean running, long sinceMs, double tag) {}

  /**
   * How fast a worker runs a model.
   *
   * @param model the model
   * @param msPerQuery what a query takes one slot, while the others are busy too, in milliseconds
   */
  public record Pace(ModelKey model, double msPerQuery) {
    /**
     * Checks the figure.
     *
     * @throws IllegalArgumentException if it is negative or not a number
     */
    public Pace {
      if (!(msPerQuery >= 0 && msPerQuery < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("pace of " + model + ": found " + msPerQuery + " ms");
      }
    }
  }

  /**
   * The models that a worker has in memory.
   *
   * @param held which
   * @param heldBytes what they take
   * @param limitBytes what they may take together
   */
  public record ModelMemory(List<ModelKey> held, long heldBytes, long limitBytes) {
    /** Of a worker that has no model in memory, and room for any. */
    public static final ModelMemory NONE = new ModelMemory(List.of(), 0, Long.MAX_VALUE);

    /** Keeps its own copy of the list. */
    public ModelMemory {
      held = List.copyOf(held);
    }

    /** Whether a model can be run without giving up another one. */
    public boolean has(ModelKey model, long itsBytes) {
      return held.contains(model) || itsBytes <= limitBytes - heldBytes;
    }
  }

  /**
   * A batch that a worker can't run, while another perhaps can.
   *
   * @param key the batch
   * @param reason what stood in the way
   */
  public record Returned(BatchKey key, String reason) {}

  /**
   * The coordinator's answer.
   *
   * @param assigned more batches to run
   * @param settled batches whose results are committed, or wanted no longer: forget them
   * @param cancelled batches to run no further
   * @param recalled batches to hand back, unless they run already: another is sooner free
   * @param next of the batches that wait, those to be taken up next, the first first
   * @param standing what the worker is to the cluster
   * @param rooms all nodes' disks; nothing if the worker knows them
   * @param againWithinMs how soon the worker shall beat again, at most, in milliseconds
   */
  public record Answer(
      List<Assignment> assigned,
      List<BatchKey> settled,
      List<BatchKey> cancelled,
      List<BatchKey> recalled,
      List<BatchKey> next,
      Standing standing,
      Optional<DiskRooms> rooms,
      int againWithinMs) {
    /** While somebody may wait for what the next beat brings. */
    public static final int SOON_MS = 200;

    /** While nobody does. */
    public static final int LATER_MS = 500;

    /**
     * Keeps its own copies of the lists.
     *
     * @throws IllegalArgumentException if the worker would beat all the time, or so seldom that it
     *     is taken for dead
     */
    public Answer {
      if (againWithinMs < 10 || againWithinMs > 1_000) {
        throw new IllegalArgumentException(
            "the next beat: expected within 10 to 1000 ms, found " + againWithinMs);
      }
      assigned = List.copyOf(assigned);
      settled = List.copyOf(settled);
      cancelled = List.copyOf(cancelled);
      recalled = List.copyOf(recalled);
      next = List.copyOf(next);
    }

    /** An answer that changes nothing. */
    public static Answer nothing(Standing standing) {
      return new Answer(
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          standing,
          Optional.empty(),
          SOON_MS);
    }
  }

  /** What a worker is to the cluster. */
  public enum Standing {
    /** A member in good standing. */
    MEMBER,
    /** Not, or no longer, a member under this incarnation: it must ask to be admitted again. */
    STRANGER,
    /** Its wish to leave is fulfilled. */
    RELEASED
  }
}
