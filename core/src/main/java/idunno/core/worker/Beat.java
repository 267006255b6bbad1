package idunno.core.worker;

import idunno.core.base.NodeId;
import idunno.core.files.DiskRoom;
import idunno.core.files.DiskRooms;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
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
 * @param wants how many more batches it would take
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
    int wants,
    boolean leaving,
    DiskRoom room,
    long roomsKnown) {
  /** Keeps its own copies of the lists. */
  public Beat {
    held = List.copyOf(held);
    finished = List.copyOf(finished);
    returned = List.copyOf(returned);
  }

  /**
   * A batch in a worker's hands.
   *
   * @param key the batch
   * @param running whether it runs now, or waits behind the one that runs
   * @param sinceMs since when it runs or waits, by the worker's clock, milliseconds since 1970
   */
  public record Held(BatchKey key, boolean running, long sinceMs) {}

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
   * @param standing what the worker is to the cluster
   * @param rooms all nodes' disks; nothing if the worker knows them
   */
  public record Answer(
      List<Assignment> assigned,
      List<BatchKey> settled,
      List<BatchKey> cancelled,
      Standing standing,
      Optional<DiskRooms> rooms) {
    /** Keeps its own copies of the lists. */
    public Answer {
      assigned = List.copyOf(assigned);
      settled = List.copyOf(settled);
      cancelled = List.copyOf(cancelled);
    }

    /** An answer that changes nothing. */
    public static Answer nothing(Standing standing) {
      return new Answer(List.of(), List.of(), List.of(), standing, Optional.empty());
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
