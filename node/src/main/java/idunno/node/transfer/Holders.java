package idunno.node.transfer;

import idunno.core.base.NodeName;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes sure, before chunks are committed, that the nodes hold them that are said to.
 *
 * <p>Between a chunk's writing and its commit a node may have died, or taken it for an orphan; and
 * what a client says is not to be believed. A chunk that has lost some of its nodes meanwhile is
 * copied to others first, so what is committed is on as many as it shall be.
 */
public final class Holders {
  private final Replicas replicas;

  /** Asks those. */
  public Holders(Replicas replicas) {
    this.replicas = replicas;
  }

  /**
   * The same chunks, each with the nodes that said just now that they hold it.
   *
   * @throws IOException if a chunk is on too few nodes, and can't be copied to more
   */
  public List<StoredChunk> confirm(List<StoredChunk> chunks) throws IOException {
    Collection<Candidate> candidates = replicas.candidates();
    NavigableMap<ChunkId, NavigableSet<NodeName>> held = held(chunks, namesOf(candidates));
    List<StoredChunk> confirmed = new ArrayList<>();
    for (StoredChunk chunk : chunks) {
      List<NodeName> by = List.copyOf(held.getOrDefault(chunk.id(), new TreeSet<>()));
      confirmed.add(complete(chunk.heldBy(by), candidates));
    }
    return confirmed;
  }

  /**
   * Has the nodes go on holding chunks that will be committed later, so that a slow upload isn't
   * taken for an abandoned one. Nodes that don't answer are passed over: the commit will tell.
   */
  void touch(List<StoredChunk> chunks) throws IOException {
    held(chunks, replicas.alive());
  }

  /** Who holds which of them. */
  private NavigableMap<ChunkId, NavigableSet<NodeName>> held(
      List<StoredChunk> chunks, NavigableSet<NodeName> alive) throws IOException {
    NavigableMap<NodeName, List<StoredChunk>> said = new TreeMap<>();
    for (StoredChunk chunk : chunks) {
      for (NodeName node : chunk.replicas()) {
        if (alive.contains(node)) {
          said.computeIfAbsent(node, ignored -> new ArrayList<>()).add(chunk);
        }
      }
    }
    NavigableMap<ChunkId, NavigableSet<NodeName>> held = new TreeMap<>();
    try (Crew crew = new Crew()) {
      record Asked(NodeName node, Crew.Task<List<ChunkId>> held) {}
      List<Asked> asked = new ArrayList<>();
      said.forEach(
          (node, some) -> asked.add(new Asked(node, crew.begin(() -> heldBy(node, some)))));
      for (Asked one : asked) {
        for (ChunkId chunk : one.held().await()) {
          held.computeIfAbsent(chunk, ignored -> new TreeSet<>()).add(one.node());
        }
      }
    }
    return held;
  }

  private List<ChunkId> heldBy(NodeName node, List<StoredChunk> chunks) {
    try {
      NavigableSet<ChunkId> missing = new TreeSet<>(replicas.keep(node, chunks));
      return chunks.stream().map(StoredChunk::id).filter(id -> !missing.contains(id)).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static NavigableSet<NodeName> namesOf(Collection<Candidate> candidates) {
    NavigableSet<NodeName> names = new TreeSet<>();
    candidates.forEach(candidate -> names.add(candidate.node()));
    return names;
  }

  private StoredChunk complete(StoredChunk chunk, Collection<Candidate> candidates)
      throws IOException {
    int wanted = Math.min(Placement.COPIES, candidates.size());
    List<NodeName> by = new ArrayList<>(chunk.replicas());
    List<String> failures = new ArrayList<>();
    for (NodeName to : Placement.order(chunk.id(), candidates)) {
      if (by.isEmpty() || by.size() >= wanted) {
        break;
      }
      if (!by.contains(to)) {
        try {
          replicas.copy(chunk, by.getFirst(), to);
          by.add(to);
        } catch (IOException e) {
          failures.add(to + ": " + e.getMessage());
        }
      }
    }
    if (by.isEmpty() || by.size() < wanted) {
      throw new IOException(
          ("chunk %s: expected %d nodes to hold it, found %d%s;"
                  + " nothing was committed, so the same put can be repeated")
              .formatted(
                  chunk.id(),
                  wanted,
                  by.size(),
                  failures.isEmpty() ? "" : " (" + String.join("; ", failures) + ")"));
    }
    return chunk.heldBy(by);
  }
}
