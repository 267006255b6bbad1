package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Adds up what files take. Chunks that several of them share are counted once, so the sum over
 * parts may be more than the whole.
 *
 * <p>Its memory is a reference for each chunk, a small part of what the table itself takes.
 */
public final class SpaceTally {
  private final Set<ChunkId> chunks = new LinkedHashSet<>();
  private long files;
  private long versions;
  private long bytes;
  private long diskBytes;

  /**
   * Counts a file.
   *
   * @param all its versions
   * @param alive the nodes whose disks count
   */
  public void add(List<FileVersion> all, FileTable table, Collection<NodeName> alive) {
    files++;
    for (FileVersion version : all) {
      versions++;
      bytes += version.length();
      for (Extent extent : version.extents()) {
        if (chunks.add(extent.chunk())) {
          diskBytes += table.chunk(extent.chunk()).map(chunk -> onDisks(chunk, alive)).orElse(0L);
        }
      }
    }
  }

  private static long onDisks(StoredChunk chunk, Collection<NodeName> alive) {
    return chunk.length() * chunk.replicas().stream().filter(alive::contains).count();
  }

  /** How many files were counted. */
  public long files() {
    return files;
  }

  /** How many versions they have. */
  public long versions() {
    return versions;
  }

  /** Bytes that users put, all versions together. */
  public long bytes() {
    return bytes;
  }

  /** Bytes that the chunks take on the disks of these nodes, without checksums. */
  public long diskBytes() {
    return diskBytes;
  }
}
