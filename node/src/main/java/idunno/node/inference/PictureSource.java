package idunno.node.inference;

import java.io.IOException;
import java.util.Optional;

/** Where a query's picture comes from. */
@FunctionalInterface
public interface PictureSource {
  /**
   * Fetches the file's bytes; may block.
   *
   * @throws java.nio.file.NoSuchFileException if it is certain that there is no such picture: the
   *     query is recorded as failed
   * @throws IOException if the picture could not be fetched this time: the batch is given up, and
   *     may be run again
   */
  byte[] read() throws IOException;

  /**
   * What its bytes are known by: two pictures for which it is equal have equal bytes; empty if that
   * isn't known.
   */
  default Optional<Object> content() {
    return Optional.empty();
  }
}
