package idunno.node.transfer;

import idunno.core.base.NodeName;
import idunno.core.files.BlockSums;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.core.files.DiskRoom;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Nodes in memory: some are dead, some refuse, some hold damaged bytes. */
public final class FakeReplicas implements Replicas {
  final Map<NodeName, Map<ChunkId, byte[]>> nodes = new TreeMap<>();
  final Set<NodeName> alive = ConcurrentHashMap.newKeySet();

  /** They are members still, and can't be reached. */
  final Set<NodeName> unreachable = ConcurrentHashMap.newKeySet();

  /** They answer, and can't write. */
  final Set<NodeName> full = ConcurrentHashMap.newKeySet();

  final Queue<List<NodeName>> chains = new ConcurrentLinkedQueue<>();
  final Queue<NodeName> reads = new ConcurrentLinkedQueue<>();
  final Queue<NodeName> reported = new ConcurrentLinkedQueue<>();
  volatile Runnable beforeWrite = () -> {};
  volatile Runnable beforeKeep = () -> {};
  private final Queue<Runnable> beforeReads = new ConcurrentLinkedQueue<>();

  /** So many nodes, all alive and empty. */
  public FakeReplicas(int count) {
    for (int i = 1; i <= count; i++) {
      NodeName node = node(i);
      nodes.put(node, new ConcurrentHashMap<>());
      alive.add(node);
    }
  }

  /** Has something happen before bytes are read next, once. */
  public void beforeNextRead(Runnable deed) {
    beforeReads.add(deed);
  }

  /** The name of one of them, from 1. */
  public static NodeName node(int number) {
    return new NodeName("n" + number);
  }

  /** What a node holds. */
  Map<ChunkId, byte[]> chunksOf(NodeName node) {
    return Objects.requireNonNull(nodes.get(node));
  }

  /** Those that hold a chunk. */
  Set<NodeName> holders(ChunkId chunk) {
    Set<NodeName> holders = new TreeSet<>();
    nodes.forEach(
        (node, chunks) -> {
          if (chunks.containsKey(chunk)) {
            holders.add(node);
          }
        });
    return holders;
  }

  private Map<ChunkId, byte[]> of(NodeName node) throws IOException {
    Map<ChunkId, byte[]> chunks = nodes.get(node);
    if (chunks == null || unreachable.contains(node)) {
      throw new IOException("connection refused");
    }
    return chunks;
  }

  @Override
  public boolean isSelf(NodeName node) {
    return false;
  }

  @Override
  public Collection<Candidate> candidates() {
    DiskRoom room = new DiskRoom(0, 1L << 30, true);
    return new TreeSet<>(alive).stream().map(node -> new Candidate(node, "", room)).toList();
  }

  @Override
  public Written write(List<NodeName> chain, ChunkId chunk, ByteBuffer bytes, BlockSums sums)
      throws IOException {
    beforeWrite.run();
    chains.add(chain);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    of(chain.getFirst());
    List<NodeName> by = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (NodeName node : chain) {
      try {
        Map<ChunkId, byte[]> chunks = of(node);
        if (full.contains(node)) {
          failures.add(node + ": disk full");
        } else {
          chunks.put(chunk, copy);
          by.add(node);
        }
      } catch (IOException e) {
        failures.add(node + ": " + e.getMessage());
        break; // the chain ends where it is broken
      }
    }
    return new Written(by, failures);
  }

  @Override
  public void read(NodeName node, ChunkId chunk, int offset, ByteBuffer into, Duration within)
      throws IOException {
    reads.add(node);
    Runnable before = beforeReads.poll();
    if (before != null) {
      before.run();
    }
    byte[] bytes = of(node).get(chunk);
    if (bytes == null) {
      throw new IOException("not on this disk");
    }
    into.duplicate().put(bytes, offset, into.remaining());
  }

  @Override
  public List<ChunkId> keep(NodeName node, List<StoredChunk> chunks) throws IOException {
    beforeKeep.run();
    Map<ChunkId, byte[]> held = of(node);
    return chunks.stream().map(StoredChunk::id).filter(id -> !held.containsKey(id)).toList();
  }

  @Override
  public void copy(StoredChunk chunk, NodeName from, NodeName to) throws IOException {
    byte[] bytes = of(from).get(chunk.id());
    if (bytes == null) {
      throw new IOException("not on " + from);
    }
    of(to).put(chunk.id(), bytes);
  }

  @Override
  public void damaged(NodeName node, ChunkId chunk) {
    reported.add(node);
  }
}
