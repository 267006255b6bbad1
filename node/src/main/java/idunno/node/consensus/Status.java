package idunno.node.consensus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one replica knows of its group at this moment. A replica that is cut off knows the past.
 *
 * @param self id of the replica that answers
 * @param role what it is now
 * @param leaderId the leader that it knows, or null
 * @param term the highest term that it has seen
 * @param ready whether it leads and has applied everything from before its term
 * @param appliedIndex last entry in its state
 * @param commitIndex last entry that it knows to be committed
 * @param snapshotIndex last entry in its newest snapshot, -1 without one
 * @param members voters and observers, sorted by id
 */
public record Status(
    String self,
    Role role,
    @Nullable String leaderId,
    long term,
    boolean ready,
    long appliedIndex,
    long commitIndex,
    long snapshotIndex,
    List<Member> members) {

  public Status {
    members = List.copyOf(members);
  }

  /** What a replica is at a moment. */
  public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    /** Gets every entry, has no vote. */
    OBSERVER,
    /** Not in the group: waiting to be added, or removed. */
    OUTSIDE
  }

  /**
   * One replica of the group.
   *
   * @param voter whether it votes; an observer does not
   * @param progress how far it is, as its leader sees it; null on any other node, and for the
   *     leader itself
   */
  public record Member(Peer peer, boolean voter, @Nullable Progress progress) {}

  /**
   * How far a follower is.
   *
   * @param matchIndex last entry known to be on its disk
   * @param nextIndex next entry to be sent to it
   * @param behindEntries entries of the leader's log that it is not known to have
   * @param silentMs time since its last answer
   */
  public record Progress(long matchIndex, long nextIndex, long behindEntries, long silentMs) {}
}
