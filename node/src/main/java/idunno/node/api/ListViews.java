package idunno.node.api;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.node.api.Views.VersionView;
import java.util.List;
import java.util.Optional;

/**
 * What listings of the file store answer, a line at a time, so that no side needs room for all of
 * them. Names come in their order; each answer ends with a sum, and one without it is not whole.
 *
 * <p>While a long listing goes on, files may come and go: each line was true when it was written.
 */
public final class ListViews {
  private ListViews() {}

  /** What a word turned out to mean. */
  public enum Meaning {
    FILE,
    FOLDER,
    PATTERN
  }

  /** How a listing is told. */
  public enum Shape {
    /** A file with all its versions; of a folder its files, and its folders with their sums. */
    LEVEL,
    /** Every file, at any depth, with its latest version. */
    DEEP,
    /** Every version of every file. */
    VERSIONS,
    /** The sum alone. */
    TOTAL
  }

  /** One line of {@code ls}. */
  public sealed interface ListView {
    /**
     * The first line.
     *
     * @param base the folder that the names lie in; none for the store's root
     */
    record Found(Meaning meaning, Optional<FileName> base) implements ListView {}

    /** A folder, with the files below it at any depth and the bytes of their latest versions. */
    record Folder(FileName name, long files, long bytes) implements ListView {}

    /**
     * A file.
     *
     * @param versions how many versions it has
     */
    record File(FileName name, int versions, VersionView latest) implements ListView {}

    /** A version of a file; oldest first. */
    record Version(FileName name, VersionView version) implements ListView {}

    /** The last line: how many files, and the bytes of their latest versions. */
    record Total(long files, long bytes) implements ListView {}
  }

  /**
   * What files take.
   *
   * @param bytes what users put, all versions together
   * @param diskBytes what that takes on the disks of living nodes: each replica counts, and a chunk
   *     that files share counts once
   */
  public record SpaceView(long files, long versions, long bytes, long diskBytes) {}

  /** One line of {@code du}. */
  public sealed interface UseView {
    /** A folder. */
    record Folder(FileName name, SpaceView space) implements UseView {}

    /** The last line: all that was selected; less than the folders' sum where they share chunks. */
    record Total(SpaceView space) implements UseView {}
  }

  /** One line of {@code stat}. */
  public sealed interface StatView {
    /**
     * A version; its pieces follow. Newest first.
     *
     * @param extents how many pieces it is made of
     */
    record Version(FileName name, VersionView version, int extents) implements StatView {}

    /**
     * A stretch of the version, and where it is.
     *
     * @param index 0, 1, 2 ... in the order of the bytes
     * @param chunk the chunk that it lies in
     * @param offset its place in the chunk
     * @param length its bytes
     * @param crc32c the checksum of these bytes
     * @param chunkLength the bytes of the whole chunk
     * @param nodes who holds the chunk and is alive
     * @param absent who should hold it and isn't alive
     */
    record Extent(
        int version,
        int index,
        ChunkId chunk,
        int offset,
        int length,
        String crc32c,
        int chunkLength,
        List<NodeName> nodes,
        List<NodeName> absent)
        implements StatView {
      /** Keeps its own copies of the lists. */
      public Extent {
        nodes = List.copyOf(nodes);
        absent = List.copyOf(absent);
      }
    }

    /** The last line: how many versions. */
    record Total(int versions) implements StatView {}
  }

  /** One line of {@code store}. */
  public sealed interface HoldView {
    /** The first line: the machine and its disk. */
    record Disk(NodeName node, long usedBytes, long freeBytes) implements HoldView {}

    /**
     * A version of which the machine holds something.
     *
     * @param heldBytes how many of its bytes are there; all, or it is a part
     */
    record Holding(FileName name, int version, long length, long heldBytes) implements HoldView {
      /** Whether some of it is missing there. */
      public boolean partly() {
        return heldBytes < length;
      }
    }

    /** The last line: how many versions, and how many of them are there in part only. */
    record Total(long versions, long parts) implements HoldView {}
  }
}
