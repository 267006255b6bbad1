package idunno.node.gateway;

import java.io.IOException;

/** There is no such thing; the message says what there is instead, or how to find it. */
public final class NotFound extends IOException {
  private static final long serialVersionUID = 1;

  /** Says what isn't there. */
  public NotFound(String message) {
    super(message);
  }
}
