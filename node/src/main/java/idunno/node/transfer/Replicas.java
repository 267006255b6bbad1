package idunno.node.transfer;

import idunno.core.base.NodeName;
import idunno.core.files.BlockSums;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** The nodes and the chunks on them, as whoever writes or reads files sees them. Thread-safe. */
public interface Replicas {
  /** Whether that is the node that asks: its own replica needs no network. */
  boolean isSelf(NodeName node);

  /**
   * Where a chunk could be placed now: the members that are alive, as far as is known here.
   *
   * @throws IOException if that can't be found out now
   */
  Collection<Candidate> candidates() throws IOException;

  /**
   * Who holds a chunk now.
   *
   * @param by those that have it durably
   * @param failures what happened at the others, in words
   */
  record Written(List<NodeName> by, List<String> failures) {
    /** Keeps its own copies of the lists. */
    public Written {
      by = List.copyOf(by);
      failures = List.copyOf(failures);
    }
  }

  /**
   * Has a chunk held durably by the first of these nodes, which passes it on to the second, and so
   * on. The first keeps it in memory as well, since readers ask it first.
   *
   * @param chain the nodes, one or more
   * @param bytes left as they are
   * @throws IOException if the first can't be reached, or doesn't answer in time: then it isn't
   *     known who holds the chunk
   */
  Written write(List<NodeName> chain, ChunkId chunk, ByteBuffer bytes, BlockSums sums)
      throws IOException;

  /**
   * Fills a buffer with bytes of a chunk, from its position to its limit, which are left as they
   * were. The bytes are not checked.
   *
   * @throws IOException if that node doesn't have them, or doesn't answer in time
   */
  void read(NodeName node, ChunkId chunk, int offset, ByteBuffer into, Duration within)
      throws IOException;

  /**
   * Which of these chunks a node doesn't hold; those that it holds it keeps for a while, though
   * nothing refers to them yet.
   *
   * @throws IOException if it doesn't answer in time
   */
  List<ChunkId> keep(NodeName node, List<StoredChunk> chunks) throws IOException;

  /**
   * Has a node fetch a chunk from another and hold it durably.
   *
   * @throws IOException if it doesn't, or not in time
   */
  void copy(StoredChunk chunk, NodeName from, NodeName to) throws IOException;

  /** A node's replica didn't have its checksum; it is asked to look. Doesn't block. */
  void damaged(NodeName node, ChunkId chunk);
}
