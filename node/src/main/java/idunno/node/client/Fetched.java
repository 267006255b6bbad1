package idunno.node.client;

import idunno.core.files.FileName;
import java.util.List;

/**
 * A finished download, checked from end to end.
 *
 * @param name the file
 * @param versions the versions that were fetched, newest first
 * @param local where it lies on this machine
 * @param length bytes written
 * @param crc32c the checksum of the bytes written, eight hexadecimal digits
 */
public record Fetched(
    FileName name, List<Integer> versions, String local, long length, String crc32c) {
  /** Keeps its own copy of the list. */
  public Fetched {
    versions = List.copyOf(versions);
  }
}
