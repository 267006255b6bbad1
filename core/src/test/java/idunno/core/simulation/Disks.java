package idunno.core.simulation;

import static idunno.core.simulation.Invariants.require;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.DiskRoom;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.DroppedReplica;
import idunno.core.state.Reply;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What truly lies on the machines' disks, whatever the cluster believes. Disks survive crashes. */
final class Disks {
  /** So small that one chunk is more than one percent of it. */
  private static final long CAPACITY_BYTES = 60L * Store.CHUNK_BYTES;

  /** So long after the last coming and going nothing may be missing; copies fail meanwhile. */
  private static final long WHOLE_WITHIN_MS = 20_000;

  private final NavigableMap<NodeName, NavigableSet<ChunkId>> held = new TreeMap<>();
  private long disturbedMs;

  private NavigableSet<ChunkId> on(NodeName node) {
    return held.computeIfAbsent(node, ignored -> new TreeSet<>());
  }

  /** A copy ends; false if there was nothing to copy. */
  boolean copy(ChunkId chunk, NodeName from, NodeName to) {
    if (!on(from).contains(chunk)) {
      return false;
    }
    on(to).add(chunk);
    return true;
  }

  DiskRoom room(NodeName node) {
    long used = (long) on(node).size() * Store.CHUNK_BYTES;
    return new DiskRoom(used, CAPACITY_BYTES - used, true);
  }

  /** A command was applied: chunks come with it, and go. */
  void applied(ClusterState state, Command command, Reply reply, long nowMs) {
    switch (command) {
      case Command.CommitFiles commit ->
          commit
              .chunks()
              .forEach(chunk -> chunk.replicas().forEach(node -> on(node).add(chunk.id())));
      case Command.ShedReplica shed -> {
        if (reply instanceof Reply.Done) {
          checkShed(state, shed);
        }
      }
      case Command.AdmitMember _, Command.FailMember _, Command.ReleaseMember _ ->
          disturbedMs = nowMs;
      case Command.FileChange _,
          Command.AddReplica _,
          Command.DropReplica _,
          Command.AddModel _,
          Command.RemoveModel _,
          Command.SetBatchSize _,
          Command.JobChange _,
          Command.GiveUp _ -> {}
    }
    for (DroppedReplica dropped : state.takeDropped()) {
      on(dropped.node()).remove(dropped.chunk());
    }
  }

  private void checkShed(ClusterState state, Command.ShedReplica shed) {
    List<NodeName> left =
        state.files().chunk(shed.chunk()).orElseThrow().replicas().stream()
            .filter(state.members().aliveNames()::contains)
            .filter(node -> on(node).contains(shed.chunk()))
            .toList();
    require(
        left.size() >= Placement.COPIES && !left.contains(shed.node()),
        () -> shed + " leaves " + left);
  }

  /** Somebody else coordinates: all that was under way may begin again. */
  void disturbed(long nowMs) {
    disturbedMs = nowMs;
  }

  /** Nobody came or went for a while: every chunk has its replicas again. */
  void checkWhole(ClusterState state, long nowMs) {
    if (nowMs - disturbedMs < WHOLE_WITHIN_MS) {
      return;
    }
    NavigableSet<NodeName> alive = state.members().aliveNames();
    int wanted = Math.min(Placement.COPIES, alive.size());
    for (StoredChunk chunk : state.files().chunks()) {
      long kept = chunk.replicas().stream().filter(alive::contains).count();
      require(
          kept >= wanted,
          () ->
              "%s has %d replicas alive %d ms after nodes came or went"
                  .formatted(chunk, kept, nowMs - disturbedMs));
    }
  }

  /** At the end: nothing is believed that isn't so, nothing is missing, and nothing too much. */
  void checkEnd(ClusterState state) {
    NavigableSet<NodeName> alive = state.members().aliveNames();
    int wanted = Math.min(Placement.COPIES, alive.size());
    for (StoredChunk chunk : state.files().chunks()) {
      List<NodeName> kept = chunk.replicas().stream().filter(alive::contains).toList();
      require(kept.size() == wanted, () -> chunk + ": " + wanted + " replicas are wanted alive");
      require(
          kept.stream().allMatch(node -> on(node).contains(chunk.id())),
          () -> chunk + " is not on all of these disks");
      require(
          zones(state, kept) == Math.min(wanted, zones(state, List.copyOf(alive))),
          () -> chunk + " lies in " + zones(state, kept) + " zones");
    }
  }

  private static long zones(ClusterState state, List<NodeName> nodes) {
    return nodes.stream()
        .map(node -> state.members().get(node).orElseThrow().place().zone())
        .distinct()
        .count();
  }
}
