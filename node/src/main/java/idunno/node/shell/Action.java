package idunno.node.shell;

import java.io.IOException;

/** What a command does. */
@FunctionalInterface
public interface Action {
  /** The exit code of what was done. */
  int DONE = 0;

  /** The exit code of what failed. */
  int FAILED = 1;

  /** The exit code of what was asked wrongly. */
  int USAGE = 2;

  /**
   * Does it.
   *
   * @return {@link #DONE} or {@link #FAILED}
   * @throws Usage if the words make no sense; the exit code is then {@link #USAGE}
   * @throws IOException if it fails; the message is shown, and the exit code is {@link #FAILED}
   */
  int run(Call call) throws IOException;
}
