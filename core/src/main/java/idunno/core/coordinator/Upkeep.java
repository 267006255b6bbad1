package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.RepairPlan;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Keeps enough replicas of every chunk, lets nobody leave before there are, and has deleted files
 * reclaimed.
 *
 * <p>Soft state: a new coordinator doesn't know which copies are under way, and may have one made
 * twice; a node that is sent a chunk that it holds keeps the one that it has.
 */
final class Upkeep {
  private static final int MAX_COPIES_AT_ONCE = 8;
  private static final long EVERY_MS = 500;

  private final NavigableSet<Copying> copying = new TreeSet<>();
  private final Reclaiming reclaiming;
  private long lastMs;

  private record Copying(ChunkId chunk, NodeName to) implements Comparable<Copying> {
    @Override
    public int compareTo(Copying other) {
      int byChunk = chunk.compareTo(other.chunk);
      return byChunk != 0 ? byChunk : to.compareTo(other.to);
    }
  }

  Upkeep(long nowMs) {
    this.lastMs = nowMs;
    this.reclaiming = new Reclaiming(nowMs);
  }

  /** Looks after replicas, if it is time to. */
  void tick(ClusterState state, Attendance attendance, long nowMs, List<Effect> effects) {
    if (nowMs - lastMs < EVERY_MS) {
      return;
    }
    lastMs = nowMs;
    repair(state, attendance, effects);
    release(state, attendance, nowMs, effects);
    attendance.insist(nowMs, effects);
    reclaiming.tick(state, nowMs, effects);
  }

  private void repair(ClusterState state, Attendance attendance, List<Effect> effects) {
    List<RepairPlan.Copy> plan =
        RepairPlan.missing(
            state.files().chunks(),
            attendance.keepers(state),
            attendance.sources(state),
            2 * MAX_COPIES_AT_ONCE);
    for (RepairPlan.Copy copy : plan) {
      if (copying.size() < MAX_COPIES_AT_ONCE
          && copying.add(new Copying(copy.chunk().id(), copy.to()))) {
        effects.add(
            new Effect.Tell(new Event.CopyStarted(copy.chunk().id(), copy.from(), copy.to())));
        effects.add(new Effect.CopyChunk(copy));
      }
    }
  }

  /** A copy ended; if it was made, the log shall know. */
  void copied(Happening.CopyEnded ended, List<Effect> effects) {
    copying.remove(new Copying(ended.chunk(), ended.to()));
    if (ended.made()) {
      effects.add(new Effect.Propose(new Command.AddReplica(ended.chunk(), ended.to())));
    }
  }

  private static void release(
      ClusterState state, Attendance attendance, long nowMs, List<Effect> effects) {
    NavigableSet<NodeName> keepers = attendance.keepers(state);
    for (NodeId node : attendance.readyToLeave()) {
      if (RepairPlan.canSpare(node.name(), state.files().chunks(), keepers)) {
        effects.add(new Effect.Propose(new Command.ReleaseMember(node, nowMs)));
      }
    }
  }
}
