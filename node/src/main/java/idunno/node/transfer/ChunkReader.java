package idunno.node.transfer;

import idunno.core.base.NodeName;
import idunno.core.files.Crc32c;
import idunno.core.files.Extent;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads extents, each checked against the checksum that was committed with it.
 *
 * <p>A replica on this machine's own disk is read first, then that of the chunk's first living
 * node, unless this reader asks that one for much at the moment, then any other: a replica that is
 * damaged, or a node that is gone or frozen, only moves the read on to the next. Thread-safe.
 */
public final class ChunkReader {
  /** Long for four MiB; a node that takes longer is most likely frozen, and another may be well. */
  private static final Duration IMPATIENT = Duration.ofSeconds(3);

  private static final Duration PATIENT = Duration.ofSeconds(20);

  /** So many more reads may be under way from a chunk's first node than from another. */
  private static final int FIRST_BEFORE = 4;

  private final Replicas replicas;
  private final Map<NodeName, AtomicInteger> underWay = new ConcurrentHashMap<>();

  /** Reads from those. */
  public ChunkReader(Replicas replicas) {
    this.replicas = replicas;
  }

  /**
   * Reads one extent.
   *
   * @param chunk its chunk, and who holds that
   * @param into a buffer with exactly as much room; left with the position where it was
   * @throws IOException if no replica can be read now, naming what each node said
   */
  public void read(Extent extent, StoredChunk chunk, ByteBuffer into) throws IOException {
    if (into.remaining() != extent.length()) {
      throw new IllegalArgumentException(
          "extent of " + extent.length() + " bytes, but room for " + into.remaining());
    }
    List<String> failures = new ArrayList<>();
    List<NodeName> order = order(chunk);
    for (Duration within : List.of(IMPATIENT, PATIENT)) {
      for (NodeName node : order) {
        if (readFrom(node, extent, into, within, failures)) {
          return;
        }
      }
    }
    throw new IOException(
        "chunk "
            + extent.chunk()
            + ": no replica can be read ("
            + (failures.isEmpty() ? "no node holds one" : String.join("; ", failures))
            + "); try again when one of these nodes is back");
  }

  private boolean readFrom(
      NodeName node, Extent extent, ByteBuffer into, Duration within, List<String> failures) {
    AtomicInteger load = underWay.computeIfAbsent(node, ignored -> new AtomicInteger());
    load.incrementAndGet();
    try {
      replicas.read(node, extent.chunk(), extent.offset(), into, within);
      if (Crc32c.of(into) == extent.crc32c()) {
        return true;
      }
      failures.add(node + ": bytes don't have their checksum");
      replicas.damaged(node, extent.chunk());
    } catch (IOException e) {
      failures.add(node + ": " + e.getMessage());
    } finally {
      load.decrementAndGet();
    }
    return false;
  }

  /**
   * The holders, best first. Of those that are equally far, the one in the chunk's first place has
   * it in memory most likely, from its writing or from other readers. So all nodes' memories
   * together hold each chunk once, not four times.
   */
  private List<NodeName> order(StoredChunk chunk) throws IOException {
    List<NodeName> places = Placement.order(chunk.id(), replicas.candidates());
    Map<NodeName, Integer> loads = new HashMap<>();
    for (NodeName node : chunk.replicas()) {
      AtomicInteger load = underWay.get(node);
      int handicap = places.indexOf(node) == 0 ? 0 : FIRST_BEFORE;
      loads.put(node, handicap + (load == null ? 0 : load.get()));
    }
    List<NodeName> order = new ArrayList<>(chunk.replicas());
    Collections.shuffle(order);
    order.sort(
        Comparator.comparingInt((NodeName node) -> distance(node, places))
            .thenComparingInt(node -> loads.getOrDefault(node, 0)));
    return order;
  }

  private int distance(NodeName node, Collection<NodeName> alive) {
    return replicas.isSelf(node) ? 0 : alive.contains(node) ? 1 : 2;
  }
}
