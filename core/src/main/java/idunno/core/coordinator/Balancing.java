package idunno.core.coordinator;

import idunno.core.files.BalancePlan;
import idunno.core.files.BalancePlan.Move;
import idunno.core.files.ChunkId;
import idunno.core.files.FileTable;
import idunno.core.files.Roster;
import idunno.core.files.StoredChunk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Evens out the disks when it is asked to, round by round: a plan, its moves, a look at what the
 * disks say then, and again until they are even or nothing moves any more.
 *
 * <p>Soft state: a coordinator that takes over knows nothing of it. What was copied by then and not
 * given up where it was is one replica too many, and is dropped as such.
 */
final class Balancing {
  private static final int MOVES_A_ROUND = 2_000;
  private static final int MOST_ROUNDS = 1_000;
  private static final long MOVE_WITHIN_MS = 180_000;

  /** So long after the last move the disks' own figures have it. */
  private static final long LOOK_AGAIN_MS = 3_000;

  private final Deque<Move> planned = new ArrayDeque<>();
  private final NavigableMap<ChunkId, Open> open = new TreeMap<>();
  private Balance.State state = Balance.State.NEVER;
  private double withinPoints;
  private long askedMs;
  private long endedMs;
  private long lookMs;
  private int rounds;
  private int movedBefore;
  private int moved;
  private long movedBytes;
  private int failed;

  private record Open(Move move, long untilMs) {}

  /** Begins anew, whatever was under way. */
  void begin(double points, long nowMs) {
    state = Balance.State.RUNNING;
    withinPoints = points;
    askedMs = nowMs;
    endedMs = 0;
    lookMs = nowMs;
    rounds = 0;
    movedBefore = -1;
    moved = 0;
    movedBytes = 0;
    failed = 0;
    planned.clear();
  }

  /** Follows the moves that are under way, and plans the next round when there are none. */
  void tick(FileTable files, Roster roster, long nowMs) {
    if (state != Balance.State.RUNNING) {
      return;
    }
    for (Open one : List.copyOf(open.values())) {
      follow(one, files.chunk(one.move().chunk()), nowMs);
    }
    if (!planned.isEmpty() || !open.isEmpty()) {
      lookMs = nowMs + LOOK_AGAIN_MS;
    } else if (nowMs >= lookMs) {
      look(files, roster, nowMs);
    }
  }

  private void follow(Open one, Optional<StoredChunk> chunk, long nowMs) {
    Move move = one.move();
    boolean isThere = chunk.filter(now -> now.replicas().contains(move.to())).isPresent();
    boolean isGone = chunk.filter(now -> now.replicas().contains(move.from())).isEmpty();
    if (isThere && isGone) {
      moved++;
      movedBytes += chunk.map(StoredChunk::length).orElse(0);
      open.remove(move.chunk());
    } else if (chunk.isEmpty() || nowMs >= one.untilMs()) {
      failed++;
      open.remove(move.chunk());
    }
  }

  private void look(FileTable files, Roster roster, long nowMs) {
    boolean isEven = BalancePlan.isEven(roster, withinPoints);
    boolean cameToNothing = moved == movedBefore;
    movedBefore = moved;
    if (!isEven && !cameToNothing && rounds < MOST_ROUNDS) {
      rounds++;
      planned.addAll(BalancePlan.of(files.chunks(), roster, withinPoints, MOVES_A_ROUND));
    }
    if (planned.isEmpty()) {
      state = isEven ? Balance.State.EVEN : Balance.State.STUCK;
      endedMs = nowMs;
    }
  }

  /** The moves that wait to be begun. */
  List<Move> waiting() {
    return new ArrayList<>(planned);
  }

  /** A move is begun. */
  void begun(Move move, long nowMs) {
    planned.remove(move);
    open.put(move.chunk(), new Open(move, nowMs + MOVE_WITHIN_MS));
  }

  /** A planned move can't be made any more. */
  void given(Move move) {
    planned.remove(move);
    failed++;
  }

  /** A move's copy came to nothing. */
  void failed(ChunkId chunk) {
    if (open.remove(chunk) != null) {
      failed++;
    }
  }

  /** The node that shall give the chunk up, if the chunk is being moved. */
  Optional<Move> moving(ChunkId chunk) {
    return Optional.ofNullable(open.get(chunk)).map(Open::move);
  }

  /** How it stands. */
  Balance toBalance(Roster roster) {
    return new Balance(
        state,
        withinPoints,
        BalancePlan.spreadPoints(roster),
        askedMs,
        endedMs,
        moved,
        movedBytes,
        failed,
        planned.size() + open.size());
  }
}
