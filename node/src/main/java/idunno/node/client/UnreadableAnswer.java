package idunno.node.client;

import java.io.IOException;
import java.io.Serial;

/** A node answered in a shape that this release doesn't know; asking again would not help. */
public final class UnreadableAnswer extends IOException {
  @Serial private static final long serialVersionUID = 1;

  UnreadableAnswer(String message) {
    super(message);
  }
}
