package idunno.node.main;

import java.io.Closeable;
import java.io.IOException;

/** Lines of results in the order of their queries, one after the other. */
interface ResultCursor extends Closeable {
  /**
   * Goes to the next line.
   *
   * @return false if there is none
   */
  boolean next() throws IOException;

  /** The query of the line that it is at. */
  long query();

  /** That line, its end included; good until the next one. */
  byte[] line();
}
