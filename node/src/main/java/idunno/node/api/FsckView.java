package idunno.node.api;

import idunno.core.base.NodeName;
import idunno.core.files.DiskReport;
import idunno.core.files.FileName;
import idunno.core.files.Health;
import java.util.List;

/**
 * One line of what is said of the store's health: a verdict, then versions with trouble, then
 * nodes. Of scrubbing, the nodes alone.
 */
public sealed interface FsckView {
  /**
   * How the store stands, and what was counted.
   *
   * @param files the files that there are
   * @param versions their versions
   * @param bytes the bytes of all versions, as they are read
   * @param troubled the versions that have too few replicas
   * @param chunks all chunks, those that only a job, a model or a deleted file still needs included
   */
  record Verdict(
      Health.Verdict verdict,
      long files,
      long versions,
      long bytes,
      long troubled,
      Health.Chunks chunks)
      implements FsckView {}

  /**
   * A version that has too few replicas.
   *
   * @param replicas how many its worst chunk has
   * @param missing nodes that should hold some of it and are not alive
   */
  record Troubled(
      FileName name, int version, Health.Verdict verdict, int replicas, List<NodeName> missing)
      implements FsckView {
    /** Keeps its own copy of the list. */
    public Troubled {
      missing = List.copyOf(missing);
    }
  }

  /** So many more versions have trouble, and are not listed. */
  record More(long versions) implements FsckView {}

  /** A node's disk. */
  record NodeDisk(NodeName node, DiskReport disk) implements FsckView {}

  /** A node has begun to read all of its replicas again; the round has that number there. */
  record ScrubBegun(NodeName node, long round) implements FsckView {}

  /** A node did not answer. */
  record Silence(NodeName node, String reason) implements FsckView {}
}
