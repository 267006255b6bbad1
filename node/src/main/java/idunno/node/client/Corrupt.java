package idunno.node.client;

import java.io.IOException;
import java.io.Serial;

/** Bytes arrived, and they are not the ones that were sent. Nothing was kept of them. */
public final class Corrupt extends IOException {
  @Serial private static final long serialVersionUID = 1;

  Corrupt(String message) {
    super(message);
  }
}
