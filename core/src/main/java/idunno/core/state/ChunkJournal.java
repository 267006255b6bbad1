package idunno.core.state;

import idunno.core.files.ChunkId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chunks that changed last: those that came, went, or lie on other nodes than before. Who
 * follows it needn't go through all chunks to learn what a command changed.
 *
 * <p>It counts for this process only, and isn't part of the replicated state.
 */
public final class ChunkJournal {
  private static final int KEPT = 16_384;

  private final ChunkId[] last = new ChunkId[KEPT];
  private long length;
  private long from;

  /** Where the journal stands: to be given to {@link #since} later. */
  public long length() {
    return length;
  }

  void note(ChunkId chunk) {
    last[(int) (length % KEPT)] = chunk;
    length++;
    from = Math.max(from, length - KEPT);
  }

  /** Everything may have changed. */
  void tear() {
    length++;
    from = length;
  }

  /**
   * The chunks that changed since the journal stood there, in order, some of them repeatedly; empty
   * if that is too long ago to be known.
   */
  public Optional<List<ChunkId>> since(long before) {
    if (before < from || before > length) {
      return Optional.empty();
    }
    List<ChunkId> changed = new ArrayList<>((int) (length - before));
    for (long at = before; at < length; at++) {
      changed.add(last[(int) (at % KEPT)]);
    }
    return Optional.of(changed);
  }
}
