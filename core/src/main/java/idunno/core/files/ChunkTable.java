package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The chunks of the store: who holds each, and how often it is referred to. With the last reference
 * a chunk leaves the table.
 */
final class ChunkTable {
  private final NavigableMap<ChunkId, Held> chunks = new TreeMap<>();

  private record Held(StoredChunk chunk, int references) {}

  /** Learns of a chunk; it counts for nothing until referred to. */
  void add(StoredChunk chunk) {
    chunks.putIfAbsent(chunk.id(), new Held(chunk, 0));
  }

  /** Puts back a chunk of a snapshot. */
  void restore(StoredChunk chunk, int references) {
    chunks.put(chunk.id(), new Held(chunk, references));
  }

  /** Refers to a version's chunks once more. */
  void refer(FileVersion version) {
    for (Extent extent : version.extents()) {
      chunks.computeIfPresent(
          extent.chunk(), (id, held) -> new Held(held.chunk(), held.references() + 1));
    }
  }

  /** Undoes one {@link #refer}; the chunks that nothing refers to any more are put in a list. */
  void release(FileVersion version, List<ChunkId> freed) {
    for (Extent extent : version.extents()) {
      Held held = chunks.get(extent.chunk());
      if (held == null) {
        continue;
      }
      if (held.references() <= 1) {
        chunks.remove(extent.chunk());
        freed.add(extent.chunk());
      } else {
        chunks.put(extent.chunk(), new Held(held.chunk(), held.references() - 1));
      }
    }
  }

  /** Forgets those of the chunks that nothing refers to; returns them. */
  List<ChunkId> dropUnreferenced(List<StoredChunk> candidates) {
    List<ChunkId> freed = new ArrayList<>();
    for (StoredChunk chunk : candidates) {
      Held held = chunks.get(chunk.id());
      if (held != null && held.references() == 0) {
        chunks.remove(chunk.id());
        freed.add(chunk.id());
      }
    }
    return freed;
  }

  /** Changes who holds a chunk; false if there is no such chunk. */
  boolean changeReplicas(ChunkId id, Consumer<List<NodeName>> change) {
    Held held = chunks.get(id);
    if (held == null) {
      return false;
    }
    List<NodeName> nodes = new ArrayList<>(held.chunk().replicas());
    change.accept(nodes);
    chunks.put(id, new Held(held.chunk().heldBy(nodes), held.references()));
    return true;
  }

  Optional<StoredChunk> get(ChunkId id) {
    return Optional.ofNullable(chunks.get(id)).map(Held::chunk);
  }

  /** Every chunk, by id. */
  Collection<StoredChunk> all() {
    return chunks.values().stream().map(Held::chunk).toList();
  }

  /** How often each chunk is referred to, in the chunks' order. */
  List<Integer> references() {
    return chunks.values().stream().map(Held::references).toList();
  }
}
