package idunno.node.gateway;

import idunno.core.files.FileName;
import java.io.IOException;

/** Nothing was put: another version is there than the writer has said. */
public final class Conflict extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Says what is there, and the next step.
   *
   * @param expected the number that the writer gave; 0 for "no such file"
   * @param found the latest version's number, or 0
   */
  public Conflict(FileName name, int expected, int found) {
    super(
        "%s: expected %s, found %s; %s"
            .formatted(
                name,
                described(expected),
                described(found),
                found == 0 ? "put it as a new file" : "get it, and put again over it"));
  }

  private static String described(int number) {
    return number == 0 ? "no such file" : "version " + number;
  }
}
