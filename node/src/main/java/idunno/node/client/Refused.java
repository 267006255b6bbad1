package idunno.node.client;

import java.io.IOException;
import java.io.Serial;

/** A node answered, and the answer is no. The message is the node's own. */
public final class Refused extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;

  Refused(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status: 400, 404, 409, 412, 413, 500, or 503 where patience ended. */
  public int status() {
    return status;
  }

  /** Whether the request itself was wrong, so that the same again can't succeed. */
  public boolean isUsage() {
    return status == 400;
  }

  /** Whether another version is there than the writer has said. */
  public boolean isConflict() {
    return status == 412;
  }

  /** Whether what was asked for doesn't exist. */
  public boolean isNotFound() {
    return status == 404;
  }
}
