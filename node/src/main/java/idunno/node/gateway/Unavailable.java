package idunno.node.gateway;

import java.io.IOException;

/** The cluster can't answer now: there is no coordinator, or this node is in no group. */
public sealed class Unavailable extends IOException permits NoMajority {
  private static final long serialVersionUID = 1;

  /** Says what is missing, and the next step. */
  public Unavailable(String message) {
    super(message);
  }

  /** Says what is missing, the next step, and what lay behind. */
  public Unavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
