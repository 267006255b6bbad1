package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/**
 * Which chunks have too few replicas, too many, or two in one zone while another has none.
 *
 * <p>Written anew by one pass over all chunks when nodes come or go, and corrected chunk by chunk
 * in between: with nothing going on it costs nothing, however many chunks there are.
 */
public final class ReplicaLedger {
  private Roster roster = new Roster(List.of(), Collections.emptyNavigableSet());
  private final List<SequencedSet<ChunkId>> missing = new ArrayList<>();
  private final SequencedSet<ChunkId> surplus = new LinkedHashSet<>();
  private final SequencedSet<ChunkId> crowded = new LinkedHashSet<>();
  private final SequencedSet<ChunkId> unreadable = new LinkedHashSet<>();
  private final SequencedSet<ChunkId> parked = new LinkedHashSet<>();

  /** An empty ledger. */
  public ReplicaLedger() {
    for (int kept = 0; kept < Placement.COPIES; kept++) {
      missing.add(new LinkedHashSet<>());
    }
  }

  /** Begins anew. */
  public void write(Collection<StoredChunk> chunks, Roster now) {
    roster = now;
    missing.forEach(SequencedSet::clear);
    surplus.clear();
    crowded.clear();
    unreadable.clear();
    parked.clear();
    chunks.forEach(this::enter);
  }

  /**
   * Corrects one chunk.
   *
   * @param chunk what it is now; empty if it is no more
   */
  public void correct(ChunkId id, Optional<StoredChunk> chunk) {
    missing.forEach(chunks -> chunks.remove(id));
    surplus.remove(id);
    crowded.remove(id);
    unreadable.remove(id);
    parked.remove(id);
    chunk.ifPresent(this::enter);
  }

  private void enter(StoredChunk chunk) {
    int kept = roster.kept(chunk);
    if (kept < roster.wanted()) {
      (roster.canRead(chunk) ? missing.get(kept) : unreadable).add(chunk.id());
    } else if (kept > Placement.COPIES) {
      surplus.add(chunk.id());
    } else if (roster.isCrowded(chunk)) {
      crowded.add(chunk.id());
    }
  }

  /** Puts a chunk aside that nothing can be done about before disks change. */
  public void park(ChunkId id) {
    missing.forEach(chunks -> chunks.remove(id));
    crowded.remove(id);
    parked.add(id);
  }

  /** Disks have changed: what was put aside may be possible now. */
  public void unpark(FileTable files, Roster now) {
    roster = now;
    List<ChunkId> aside = List.copyOf(parked);
    parked.clear();
    aside.forEach(id -> files.chunk(id).ifPresent(this::enter));
  }

  /** The chunks with too few replicas that can be read, the rarest first. */
  public List<SequencedSet<ChunkId>> missing() {
    return Collections.unmodifiableList(missing);
  }

  /** The chunks with more replicas than any needs. */
  public SequencedSet<ChunkId> surplus() {
    return Collections.unmodifiableSequencedSet(surplus);
  }

  /** The chunks that have enough replicas, two of them in one zone while another has none. */
  public SequencedSet<ChunkId> crowded() {
    return Collections.unmodifiableSequencedSet(crowded);
  }

  /** The chunks with too few replicas and none that can be read now. */
  public SequencedSet<ChunkId> unreadable() {
    return Collections.unmodifiableSequencedSet(unreadable);
  }

  /** How many chunks have too few replicas, or two in one zone, and no node can take another. */
  public int parked() {
    return parked.size();
  }

  /** How many chunks have too few replicas and could have more. */
  public int missingCount() {
    return missing.stream().mapToInt(SequencedSet::size).sum();
  }

  /** Whether each chunk that a node holds has enough replicas on the keepers. */
  public boolean canSpare(NodeName leaving, FileTable files) {
    return Stream.concat(missing.stream(), Stream.of(parked))
        .flatMap(SequencedSet::stream)
        .noneMatch(
            id ->
                files
                    .chunk(id)
                    .filter(chunk -> chunk.replicas().contains(leaving))
                    .filter(chunk -> roster.kept(chunk) < roster.wanted())
                    .isPresent());
  }
}
