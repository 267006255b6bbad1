package idunno.node.files;

import idunno.core.base.NodeName;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The chunks on all nodes' disks, this one's among them, as the file store needs them. */
public interface Replicas {
  /** Where a chunk could be placed now. */
  List<Candidate> candidates();

  /** This node. */
  NodeName self();

  /**
   * Has a node hold a chunk; it is durable there when this returns.
   *
   * @param bytes the chunk, left as it is
   * @throws IOException if the node can't be reached, or can't hold it
   */
  void write(NodeName node, ChunkId chunk, ByteBuffer bytes, int crc32c) throws IOException;

  /**
   * Reads some bytes of a chunk from a node.
   *
   * @throws IOException if the node can't be reached, doesn't hold the chunk, or holds it damaged
   */
  ByteBuffer read(NodeName node, ChunkId chunk, int offset, int length) throws IOException;
}
