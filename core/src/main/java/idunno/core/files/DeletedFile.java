package idunno.core.files;

import java.util.List;

/**
 * What a delete took away and an undelete can bring back: all versions that the file had.
 *
 * @param name the file
 * @param versions oldest first, one or more
 * @param deletedMs when it was deleted, milliseconds since 1970, by the clock of who asked for it
 * @param untilMs until when its bytes are kept at the least, by the same clock
 */
public record DeletedFile(FileName name, List<FileVersion> versions, long deletedMs, long untilMs) {
  /**
   * Keeps its own copy of the list.
   *
   * @throws IllegalArgumentException if there is no version in it
   */
  public DeletedFile {
    versions = List.copyOf(versions);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected one deleted version or more");
    }
  }

  /** The bytes of all its versions together, each counted whole. */
  public long lengthBytes() {
    return versions.stream().mapToLong(FileVersion::length).sum();
  }
}
