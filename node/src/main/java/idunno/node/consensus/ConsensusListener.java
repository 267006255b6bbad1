package idunno.node.consensus;

import org.jspecify.annotations.Nullable;

/**
 * Told of changes of leadership. Calls come one at a time, in order, on a thread of their own, so a
 * callee may use {@link Consensus}. They are news, a little late: what must not happen twice is
 * guarded by the log, not by these.
 */
public interface ConsensusListener {

  /**
   * This node leads in {@code term}, and its state holds every entry that any earlier leader
   * acknowledged. Followed by exactly one {@link #lostLeadership} of the same term, unless the node
   * closes.
   */
  void becameLeader(long term);

  /** This node leads no longer. */
  void lostLeadership(long term);

  /** A leader is known, this node or another. */
  void leaderChanged(String leaderId, long term);

  /**
   * This replica stopped by itself and takes part no more: it was removed from the group, its disk
   * failed, or an entry could not be applied. Not called for {@link Consensus#close()}. The process
   * does best to end.
   *
   * @param cause what failed, or null when the group removed this replica
   */
  void stopped(String reason, @Nullable Throwable cause);
}
