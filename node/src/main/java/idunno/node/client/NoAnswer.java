package idunno.node.client;

import java.io.IOException;
import java.io.Serial;

/** No answer could be had: nobody listens, or the answer broke off, until patience ended. */
public final class NoAnswer extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean outcomeUnknown;

  NoAnswer(String message, boolean outcomeUnknown, Throwable cause) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /** Whether a change was asked for that may have been made without our hearing of it. */
  public boolean isOutcomeUnknown() {
    return outcomeUnknown;
  }
}
