package idunno.node.zoo;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that was fetched to be looked at; gone when closed.
 *
 * @param file where it lies, under the last part of its address; in a folder of its own
 * @param bytes its length
 * @param sha256 its checksum as found, to pin it with from now on
 */
public record Fetched(Path file, long bytes, Checksum sha256) implements Closeable {
  @Override
  public void close() throws IOException {
    Path folder = file.getParent();
    Scratch.delete(folder == null ? file : folder);
  }
}
