package idunno.node.transfer;

import idunno.core.base.NodeName;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Makes sure, before chunks are committed, that the nodes hold them that are said to.
 *
 * <p>Between a chunk's writing and its commit a node may have died, or taken it for an orphan; and
 * what a client says is not to be believed. A chunk that has lost some of its nodes meanwhile is
 * copied to others first, so what is committed is on as many as it shall be. Where nobody can step
 * in for a node that can't be reached, it is waited for, until it answers or is declared failed.
 */
public final class Holders {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long RETRY_MS = 100;

  private final Replicas replicas;

  /** Asks those. */
  public Holders(Replicas replicas) {
    this.replicas = replicas;
  }

  /**
   * The same chunks, each with the nodes that said just now that they hold it.
   *
   * @throws TooFewReplicas if nobody has one of them, or it can't be copied to enough nodes within
   *     30 s
   */
  public List<StoredChunk> confirm(List<StoredChunk> chunks)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    Map<ChunkId, StoredChunk> confirmed = new LinkedHashMap<>();
    List<StoredChunk> asked = chunks;
    while (true) {
      Collection<Candidate> candidates = replicas.candidates();
      Answers answers = ask(asked, Candidate.names(candidates));
      List<StoredChunk> wanting = new ArrayList<>();
      for (StoredChunk chunk : asked) {
        NavigableSet<NodeName> by = answers.holders(chunk.id());
        List<String> failures = new ArrayList<>(answers.silent(chunk));
        if (by.isEmpty() && failures.isEmpty()) {
          throw new TooFewReplicas(chunk.id(), wanted(candidates), 0, failures);
        }
        List<NodeName> now = copied(chunk, by, candidates, failures);
        if (!now.isEmpty() && now.size() >= wanted(candidates)) {
          confirmed.put(chunk.id(), chunk.heldBy(now));
        } else if (System.nanoTime() > deadlineNanos) {
          throw new TooFewReplicas(chunk.id(), wanted(candidates), now.size(), failures);
        } else {
          NavigableSet<NodeName> all = new TreeSet<>(chunk.replicas());
          all.addAll(now);
          wanting.add(chunk.heldBy(List.copyOf(all)));
        }
      }
      if (wanting.isEmpty()) {
        return chunks.stream()
            .map(chunk -> Objects.requireNonNull(confirmed.get(chunk.id())))
            .toList();
      }
      asked = wanting;
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    }
  }

  private static int wanted(Collection<Candidate> candidates) {
    return Math.min(Placement.COPIES, candidates.size());
  }

  /** Has a chunk copied to as many as shall hold it, as far as they can be reached. */
  private List<NodeName> copied(
      StoredChunk chunk,
      NavigableSet<NodeName> holders,
      Collection<Candidate> candidates,
      List<String> failures) {
    List<NodeName> by = new ArrayList<>(holders);
    for (NodeName to : Placement.order(chunk.id(), candidates)) {
      if (by.isEmpty() || by.size() >= wanted(candidates)) {
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
    return by;
  }

  /**
   * Has the nodes go on holding chunks that will be committed later, so that a slow upload isn't
   * taken for an abandoned one. Nodes that don't answer are passed over: the commit will tell.
   */
  void touch(List<StoredChunk> chunks) throws IOException {
    ask(chunks, Candidate.names(replicas.candidates()));
  }

  /**
   * What nodes said.
   *
   * @param held who holds which chunk
   * @param silent those that didn't answer, and why
   */
  private record Answers(
      NavigableMap<ChunkId, NavigableSet<NodeName>> held, NavigableMap<NodeName, String> silent) {
    NavigableSet<NodeName> holders(ChunkId chunk) {
      return held.getOrDefault(chunk, new TreeSet<>());
    }

    /** Why nothing is known of some of a chunk's nodes. */
    List<String> silent(StoredChunk chunk) {
      return chunk.replicas().stream()
          .filter(silent::containsKey)
          .map(node -> node + ": " + silent.get(node))
          .toList();
    }
  }

  /** Asks all nodes that are said to hold chunks, as far as they are alive. */
  private Answers ask(List<StoredChunk> chunks, NavigableSet<NodeName> alive) throws IOException {
    NavigableMap<NodeName, List<StoredChunk>> said = new TreeMap<>();
    for (StoredChunk chunk : chunks) {
      for (NodeName node : chunk.replicas()) {
        if (alive.contains(node)) {
          said.computeIfAbsent(node, ignored -> new ArrayList<>()).add(chunk);
        }
      }
    }
    Answers answers = new Answers(new TreeMap<>(), new TreeMap<>());
    try (Crew crew = new Crew()) {
      Map<NodeName, Crew.Task<NavigableSet<ChunkId>>> missing = new TreeMap<>();
      said.forEach(
          (node, some) ->
              missing.put(node, crew.begin(() -> new TreeSet<>(replicas.keep(node, some)))));
      for (Map.Entry<NodeName, List<StoredChunk>> one : said.entrySet()) {
        NodeName node = one.getKey();
        try {
          NavigableSet<ChunkId> without = Objects.requireNonNull(missing.get(node)).await();
          one.getValue().stream()
              .filter(chunk -> !without.contains(chunk.id()))
              .forEach(
                  chunk ->
                      answers
                          .held()
                          .computeIfAbsent(chunk.id(), ignored -> new TreeSet<>())
                          .add(node));
        } catch (InterruptedIOException e) {
          throw e;
        } catch (IOException e) {
          answers.silent().put(node, String.valueOf(e.getMessage()));
        }
      }
    }
    return answers;
  }
}
