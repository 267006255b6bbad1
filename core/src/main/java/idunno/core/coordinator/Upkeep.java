package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.BalancePlan.Move;
import idunno.core.files.ChunkId;
import idunno.core.files.RepairPlan;
import idunno.core.files.RepairPlan.Copy;
import idunno.core.files.ReplicaLedger;
import idunno.core.files.Roster;
import idunno.core.files.StoredChunk;
import idunno.core.membership.Member;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps enough replicas of every chunk and not too many, in as many zones as there are, lets nobody
 * leave before there are enough, and has deleted files reclaimed.
 *
 * <p>What is missing is copied at once, the rarest chunks first, as fast as the throttle lets it.
 * What is too much, or lies badly, waits until no node has come or gone for a while. A chunk that
 * lies badly is copied first; then it has one replica too many, and the one that lies badly goes.
 *
 * <p>Soft state: a new coordinator doesn't know which copies are under way, and may have one made
 * twice; a node that is sent a chunk that it holds keeps the one that it has.
 */
final class Upkeep {
  private static final long SLOW_ROUND_MS = 500;
  private static final int LOOKED_AT = 200;
  private static final int SHED_AT_ONCE = 64;
  private static final long SHED_WITHIN_MS = 5_000;

  private final UpkeepRule rule;
  private final Copies copies;
  private final ReplicaLedger ledger = new ReplicaLedger();
  private final Balancing balancing = new Balancing();
  private final Reclaiming reclaiming;
  private final NavigableMap<ChunkId, Long> shedding = new TreeMap<>();
  private Roster roster = new Roster(List.of(), Collections.emptyNavigableSet());
  private @Nullable RosterStand rosterAsOf;
  private boolean hasLedger;
  private long readUpTo;
  private long settledMs;
  private long slowRoundMs;

  /** What the roster depends on; it is the same as long as that is. */
  private record RosterStand(Attendance.Stand attendance, long roomChanges) {}

  Upkeep(UpkeepRule rule, long nowMs) {
    this.rule = rule;
    this.copies = new Copies(rule, nowMs);
    this.reclaiming = new Reclaiming(nowMs);
    this.slowRoundMs = nowMs;
  }

  /** Looks after replicas. */
  void tick(
      ClusterState state, Attendance attendance, RoomBook rooms, long nowMs, List<Effect> effects) {
    follow(state, attendance, rooms, nowMs);
    copies.expire(nowMs);
    shedding.values().removeIf(untilMs -> untilMs <= nowMs);
    if (rooms.knows(roster)) {
      balancing.tick(state.files(), roster, nowMs);
    }
    boolean isCalm = isSettled(nowMs) && attendance.suspectsNobody(state);
    fill(state, nowMs, effects);
    if (isCalm) {
      shed(state, nowMs, effects);
    }
    if (nowMs - slowRoundMs >= SLOW_ROUND_MS) {
      slowRoundMs = nowMs;
      release(state, attendance, nowMs, effects);
      attendance.insist(nowMs, effects);
      reclaiming.tick(state, nowMs, effects);
    }
  }

  private boolean isSettled(long nowMs) {
    return nowMs - settledMs >= rule.settleMs();
  }

  /** Notices which nodes count now, and which chunks have changed. */
  private void follow(ClusterState state, Attendance attendance, RoomBook rooms, long nowMs) {
    Roster before = roster;
    RosterStand stand = new RosterStand(attendance.stand(state), rooms.changes());
    if (!stand.equals(rosterAsOf)) {
      roster = rosterOf(state, attendance, rooms);
      rosterAsOf = stand;
    }
    Optional<List<ChunkId>> changed =
        hasLedger && roster.hasSameNodes(before)
            ? state.journal().since(readUpTo)
            : Optional.empty();
    readUpTo = state.journal().length();
    if (changed.isPresent()) {
      for (ChunkId id : changed.get()) {
        Optional<StoredChunk> chunk = state.files().chunk(id);
        ledger.correct(id, chunk);
        copies.seen(id, chunk);
        shedding.remove(id);
      }
    } else {
      ledger.write(state.files().chunks(), roster);
      copies.follow(roster);
    }
    if (!hasLedger || !roster.hasSameNodes(before)) {
      settledMs = nowMs;
    }
    if (!roster.hasSameWritable(before)) {
      ledger.unpark(state.files(), roster);
    }
    hasLedger = true;
  }

  private static Roster rosterOf(ClusterState state, Attendance attendance, RoomBook rooms) {
    NavigableSet<NodeName> keepers = attendance.keepers(state);
    List<Member> members =
        state.members().alive().stream().filter(one -> keepers.contains(one.name())).toList();
    return new Roster(rooms.latest().candidates(members), attendance.sources(state));
  }

  /** Begins as many copies as may be under way. */
  private void fill(ClusterState state, long nowMs, List<Effect> effects) {
    for (SequencedSet<ChunkId> chunks : ledger.missing()) {
      fill(state, chunks, true, nowMs, effects);
    }
    if (isSettled(nowMs)) {
      fill(state, ledger.crowded(), false, nowMs, effects);
      move(state, nowMs, effects);
    }
  }

  private void fill(
      ClusterState state,
      SequencedSet<ChunkId> chunks,
      boolean missing,
      long nowMs,
      List<Effect> effects) {
    List<ChunkId> hopeless = new ArrayList<>();
    int looked = 0;
    for (ChunkId id : chunks) {
      if (++looked > LOOKED_AT || !mayBegin(nowMs)) {
        break;
      }
      StoredChunk chunk = state.files().chunk(id).orElse(null);
      if (chunk == null || copies.isResting(id, nowMs)) {
        continue;
      }
      int wanted = missing ? roster.lacks(chunk) : 1;
      while (copies.comingTo(id).size() < wanted && mayBegin(nowMs)) {
        NavigableSet<NodeName> avoided = copies.avoided(id);
        RepairPlan.Answer answer =
            missing
                ? RepairPlan.missing(chunk, copies.comingTo(id), avoided, roster, copies.load())
                : RepairPlan.spread(chunk, avoided, roster, copies.load());
        if (answer instanceof RepairPlan.Answer.Do make) {
          begin(make.copy(), nowMs, effects);
        } else {
          if (answer instanceof RepairPlan.Answer.Never && copies.comingTo(id).isEmpty()) {
            hopeless.add(id);
          }
          break;
        }
      }
    }
    hopeless.forEach(ledger::park);
  }

  private boolean mayBegin(long nowMs) {
    return copies.isOpen(nowMs) && copies.load().hasRoom(roster);
  }

  private void begin(Copy copy, long nowMs, List<Effect> effects) {
    copies.begin(copy, nowMs);
    effects.add(new Effect.Tell(new Event.CopyStarted(copy.chunk().id(), copy.from(), copy.to())));
    effects.add(new Effect.CopyChunk(copy));
  }

  /** Begins moves that even out the disks. */
  private void move(ClusterState state, long nowMs, List<Effect> effects) {
    int looked = 0;
    for (Move move : balancing.waiting()) {
      if (++looked > LOOKED_AT || !mayBegin(nowMs)) {
        return;
      }
      Optional<StoredChunk> chunk = state.files().chunk(move.chunk());
      if (chunk.isEmpty() || !RepairPlan.canMove(chunk.get(), move, roster)) {
        balancing.given(move);
      } else {
        RepairPlan.move(chunk.get(), move, roster, copies.load())
            .ifPresent(
                copy -> {
                  balancing.begun(move, nowMs);
                  begin(copy, nowMs, effects);
                });
      }
    }
  }

  /** Has replicas given up of which there are too many. */
  private void shed(ClusterState state, long nowMs, List<Effect> effects) {
    for (ChunkId id : ledger.surplus()) {
      if (shedding.size() >= SHED_AT_ONCE) {
        return;
      }
      Optional<NodeName> goes =
          shedding.containsKey(id)
              ? Optional.empty()
              : state.files().chunk(id).flatMap(chunk -> goes(chunk));
      if (goes.isPresent()) {
        shedding.put(id, nowMs + SHED_WITHIN_MS);
        effects.add(new Effect.Tell(new Event.ReplicaShed(id, goes.get())));
        effects.add(new Effect.Propose(new Command.ShedReplica(id, goes.get())));
      }
    }
  }

  private Optional<NodeName> goes(StoredChunk chunk) {
    return RepairPlan.surplus(chunk, roster)
        .map(
            node ->
                balancing
                    .moving(chunk.id())
                    .filter(move -> chunk.replicas().contains(move.to()))
                    .filter(move -> chunk.replicas().contains(move.from()))
                    .map(Move::from)
                    .orElse(node));
  }

  /** A copy ended; if it was made, the log shall know, and the next can begin. */
  void copied(ClusterState state, Happening.CopyEnded ended, long nowMs, List<Effect> effects) {
    copies.ended(ended.chunk(), ended.to(), ended.made(), nowMs);
    if (ended.made()) {
      effects.add(new Effect.Propose(new Command.AddReplica(ended.chunk(), ended.to())));
    } else {
      balancing.failed(ended.chunk());
    }
    fill(state, nowMs, effects);
  }

  /** Somebody wants the disks evened out. */
  void balance(double withinPoints, long nowMs) {
    balancing.begin(withinPoints, nowMs);
  }

  /** How that stands. */
  Balance balance() {
    return balancing.toBalance(roster);
  }

  private void release(
      ClusterState state, Attendance attendance, long nowMs, List<Effect> effects) {
    for (NodeId node : attendance.readyToLeave()) {
      if (!roster.counts(node.name()) && ledger.canSpare(node.name(), state.files())) {
        effects.add(new Effect.Propose(new Command.ReleaseMember(node, nowMs)));
      }
    }
  }
}
