package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How the store stands: which verdict it gets, and why. Pure.
 *
 * <p>The rule: a replica counts while its node is alive. A chunk without any is unreadable now; one
 * with fewer than {@link #target} is under-replicated; and a version, or the whole store, is as
 * well as the worst of its chunks. So the verdict is about all that anything refers to, what jobs
 * and models have pinned included.
 *
 * <p>Rejected: counting replicas on nodes that are down. They are likely to come back, but a
 * verdict that hopes is no use at the moment when somebody asks for it.
 */
public final class Health {
  private Health() {}

  /** The verdicts, from the best to the worst. */
  public enum Verdict {
    /** Every chunk has as many replicas as it should. */
    HEALTHY,
    /** Everything can be read, and something has too few replicas. */
    UNDER_REPLICATED,
    /** Something can't be read until a node is back that holds it. */
    UNREADABLE;

    /** The worse of two. */
    public Verdict and(Verdict other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /**
   * All chunks, counted.
   *
   * @param verdict the worst of them
   * @param target how many replicas a chunk should have now
   * @param chunks how many chunks there are
   * @param bytes their bytes, each chunk counted once
   * @param replicas the replicas on nodes that are alive
   * @param lost chunks that no node alive holds
   * @param below chunks with fewer replicas than the target, the lost ones among them
   * @param at chunks with as many as the target
   * @param above chunks with more
   */
  public record Chunks(
      Verdict verdict,
      int target,
      long chunks,
      long bytes,
      long replicas,
      long lost,
      long below,
      long at,
      long above) {}

  /**
   * A version with too few replicas.
   *
   * @param name the file
   * @param version the version's number
   * @param verdict how it stands
   * @param replicas how many replicas its worst chunk has
   * @param missing the nodes that should hold some of it and are not alive, by name; none where a
   *     replica was dropped and has yet to be made anew
   */
  public record Trouble(
      FileName name, int version, Verdict verdict, int replicas, List<NodeName> missing) {
    /** Keeps its own copy of the list. */
    public Trouble {
      missing = List.copyOf(missing);
    }
  }

  /** How many replicas a chunk should have while so many nodes are alive. */
  public static int target(int aliveNodes) {
    return Math.clamp(aliveNodes, 1, Placement.COPIES);
  }

  /** How a chunk stands that has so many replicas on nodes that are alive. */
  public static Verdict of(int replicas, int target) {
    if (replicas == 0) {
      return Verdict.UNREADABLE;
    }
    return replicas < target ? Verdict.UNDER_REPLICATED : Verdict.HEALTHY;
  }

  /** Counts chunks. */
  public static Chunks of(Collection<StoredChunk> chunks, NavigableSet<NodeName> alive) {
    int target = target(alive.size());
    Verdict verdict = Verdict.HEALTHY;
    long bytes = 0;
    long replicas = 0;
    long lost = 0;
    long below = 0;
    long at = 0;
    long above = 0;
    for (StoredChunk chunk : chunks) {
      int live = live(chunk, alive);
      verdict = verdict.and(of(live, target));
      bytes += chunk.length();
      replicas += live;
      lost += live == 0 ? 1 : 0;
      below += live < target ? 1 : 0;
      at += live == target ? 1 : 0;
      above += live > target ? 1 : 0;
    }
    return new Chunks(verdict, target, chunks.size(), bytes, replicas, lost, below, at, above);
  }

  /**
   * What is wrong with a version, if anything is.
   *
   * @param chunks finds a chunk of the store; one that it doesn't know has no replica
   */
  public static Optional<Trouble> of(
      FileName name,
      FileVersion version,
      Function<ChunkId, Optional<StoredChunk>> chunks,
      NavigableSet<NodeName> alive) {
    int target = target(alive.size());
    int fewest = Integer.MAX_VALUE;
    NavigableSet<NodeName> missing = new TreeSet<>();
    for (Extent extent : version.extents()) {
      Optional<StoredChunk> chunk = chunks.apply(extent.chunk());
      int live = chunk.map(known -> live(known, alive)).orElse(0);
      fewest = Math.min(fewest, live);
      if (live < target) {
        List<NodeName> holders =
            new ArrayList<>(chunk.map(StoredChunk::replicas).orElse(List.of()));
        holders.removeAll(alive);
        missing.addAll(holders);
      }
    }
    return version.extents().isEmpty() || fewest >= target
        ? Optional.empty()
        : Optional.of(
            new Trouble(name, version.number(), of(fewest, target), fewest, List.copyOf(missing)));
  }

  private static int live(StoredChunk chunk, NavigableSet<NodeName> alive) {
    int live = 0;
    for (NodeName node : chunk.replicas()) {
      live += alive.contains(node) ? 1 : 0;
    }
    return live;
  }
}
