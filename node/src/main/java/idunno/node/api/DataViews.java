package idunno.node.api;

import idunno.core.base.Address;
import idunno.core.files.Candidate;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import java.util.List;
import java.util.Optional;

/**
 * What a client needs that moves files' bytes itself, from and to the nodes that hold them: who
 * they are, where a file's bytes lie, and what it has written.
 */
public final class DataViews {
  private DataViews() {}

  /** The most files that one ask names. */
  public static final int MAX_NAMES = 1_000;

  /**
   * The nodes that can hold chunks now.
   *
   * @param cluster the id of the group, which a caller states to each of them
   * @param nodes those that are alive
   */
  public record NodesView(String cluster, List<NodeAt> nodes) {}

  /** A node that can hold chunks, and where they are written to and read from. */
  public record NodeAt(Candidate node, Address peer) {}

  /** Asks where versions of files lie; the latest of each, unless a number is given. */
  public record ContentsAsk(List<ContentAsk> files) {}

  /** Asks where one version lies. */
  public record ContentAsk(FileName name, Optional<Integer> version) {}

  /** Where versions of files lie, in the order of the asks. */
  public record ContentsView(List<ContentView> files) {}

  /**
   * Where a version's bytes lie.
   *
   * @param version the version; absent if there is none
   * @param chunks the chunks of its extents and who holds them, each once
   * @param problem why there is none, in words; empty if there is one
   */
  public record ContentView(
      FileName name, Optional<FileVersion> version, List<StoredChunk> chunks, String problem) {}

  /**
   * Asks for files to become visible whose bytes are durable.
   *
   * @param files the files
   * @param chunks the chunks that they refer to, and who was told to hold them; the nodes are asked
   *     whether they do
   * @param folder the folder that the files make up, if they make up one
   */
  public record CommitAsk(
      List<NewFile> files, List<StoredChunk> chunks, Optional<FileName> folder) {}

  /**
   * What became visible.
   *
   * @param versions the new versions' numbers, in the order of the files
   * @param replicas the least number of nodes that hold any of it
   */
  public record CommittedView(List<Integer> versions, int replicas) {}
}
