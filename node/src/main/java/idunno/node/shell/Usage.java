package idunno.node.shell;

import java.io.Serial;

/** Words that make no sense to a command; the message says what was expected and found. */
public final class Usage extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With what is shown to the user. */
  public Usage(String message) {
    super(message);
  }
}
