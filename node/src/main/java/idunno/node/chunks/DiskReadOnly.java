package idunno.node.chunks;

import java.io.IOException;
import java.io.Serial;

/** This node's disk takes no chunks now; it still gives those that it has. Use another node. */
public final class DiskReadOnly extends IOException {
  @Serial private static final long serialVersionUID = 1;

  DiskReadOnly(String message) {
    super(message);
  }
}
