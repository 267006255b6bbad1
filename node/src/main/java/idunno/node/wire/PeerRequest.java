package idunno.node.wire;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.coordinator.Scope;
import idunno.core.files.BlockSums;
import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.grep.GrepQuery;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.List;

/**
 * What one node asks of another. A body of bytes travels behind the message where that is said.
 *
 * <p>Nothing here is trusted: the records check themselves, and the bytes are checked against the
 * checksums that the cluster's state or the message holds.
 */
public sealed interface PeerRequest {
  /** Asks a member to let this node's replica take part in the consensus. */
  record AddVoter(NodeName node, String voterId, Address consensus) implements PeerRequest {}

  /** Asks a member to take this replica out of the consensus: its node has left. */
  record RemoveVoter(String voterId) implements PeerRequest {}

  /**
   * Asks for the term of a node's replica.
   *
   * @param replica the replica that is meant: none on another disk shall answer for it
   */
  record AskTerm(String replica) implements PeerRequest {}

  /**
   * Asks where the log of a node's replica ends.
   *
   * @param replica the replica that is meant: none on another disk shall answer for it
   */
  record AskLogEnd(String replica) implements PeerRequest {}

  /** A worker's beat, for the coordinator. */
  record WorkerBeat(Beat beat) implements PeerRequest {}

  /** Asks the coordinator what it knows. */
  record AskReport(Scope scope) implements PeerRequest {}

  /**
   * Asks the coordinator to even out the disks.
   *
   * @param withinPoints how many percentage points from the mean use a disk may be
   */
  record EvenOut(double withinPoints) implements PeerRequest {}

  /** Asks the coordinator how its log stands, and how far behind its standbys are. */
  record AskVoting() implements PeerRequest {}

  /**
   * Asks for the chunk in the body to be held durably, and to be passed on to the next of those
   * nodes, which passes it on in turn.
   *
   * @param sums the checksums of its blocks, as its writer made them
   * @param cached whether it will be read there soon: the others are asked for it less
   * @param onward who else shall hold it, in the order of the chain; none at its end
   */
  record WriteChunk(ChunkId chunk, BlockSums sums, boolean cached, List<NodeName> onward)
      implements PeerRequest {
    /** Keeps its own copy of the list. */
    public WriteChunk {
      onward = List.copyOf(onward);
    }
  }

  /**
   * Asks for short files to be put that share the chunk in the body: as {@link WriteChunk}, and
   * where all of the chain hold it, the files are committed.
   *
   * @param id the client's id of the request: repeated, here or by the API, it is done once
   * @param onward who else shall hold the chunk, in the order of the chain
   * @param files the files, each within that chunk
   */
  record PutFiles(
      RequestId id, ChunkId chunk, BlockSums sums, List<NodeName> onward, List<NewFile> files)
      implements PeerRequest {
    /** How many can be put at once. */
    public static final int MOST = 256;

    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if there are more, or if a file is in another chunk
     */
    public PutFiles {
      onward = List.copyOf(onward);
      files = List.copyOf(files);
      if (files.isEmpty() || files.size() > MOST) {
        throw new IllegalArgumentException(
            "files: expected 1 to " + MOST + ", found " + files.size());
      }
      for (NewFile file : files) {
        for (Extent extent : file.extents()) {
          if (!extent.chunk().equals(chunk)) {
            throw new IllegalArgumentException(
                file.name() + ": expected to be in chunk " + chunk + ", found " + extent.chunk());
          }
        }
      }
    }
  }

  /**
   * Asks for some bytes of a chunk; they come in the answer's body, as they lie on the disk:
   * whoever asks knows their checksum.
   */
  record ReadChunk(ChunkId chunk, int offset, int length) implements PeerRequest {}

  /**
   * Asks where the latest versions of files lie, as of now or later, and for the bytes of those
   * that are short and lie on this node: they come in the answer's body, one behind the other.
   */
  record ReadFiles(List<FileName> names) implements PeerRequest {
    /** How many can be asked for at once. */
    public static final int MOST = 256;

    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if there are more
     */
    public ReadFiles {
      names = List.copyOf(names);
      if (names.size() > MOST) {
        throw new IllegalArgumentException(
            "files: expected at most " + MOST + ", found " + names.size());
      }
    }
  }

  /** Says that a chunk was read from this node and didn't have its checksum: it shall look. */
  record CheckChunk(ChunkId chunk) implements PeerRequest {}

  /**
   * Asks which of these chunks are held as said, and for those not to be swept as orphans for a
   * while.
   */
  record KeepChunks(List<ChunkSum> chunks) implements PeerRequest {
    /** How many can be asked for at once. */
    public static final int MOST = 10_000;

    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if there are more
     */
    public KeepChunks {
      chunks = List.copyOf(chunks);
      if (chunks.size() > MOST) {
        throw new IllegalArgumentException(
            "keep: expected at most " + MOST + " chunks, found " + chunks.size());
      }
    }
  }

  /** A chunk, and what whoever asks believes of it. */
  record ChunkSum(ChunkId id, int length, int crc32c) {}

  /** Asks for a chunk to be fetched from another node and held durably. */
  record FetchChunk(ChunkId chunk, int length, int crc32c, Address from) implements PeerRequest {}

  /** Asks how the node's disk stands. */
  record AskDisk() implements PeerRequest {}

  /** Asks the node to read all of its replicas again, from now on. */
  record StartScrub() implements PeerRequest {}

  /** Asks which chunks the node holds. */
  record AskHeld() implements PeerRequest {}

  /** Asks for the lines of the node's log that match. */
  record Grep(GrepQuery query) implements PeerRequest {}

  /** Asks for a model to be loaded and run once. */
  record Warm(ModelKey model) implements PeerRequest {}

  /** Asks which models the node has in memory. */
  record AskWarm() implements PeerRequest {}
}
