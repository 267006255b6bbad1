package idunno.node.gateway;

import java.io.IOException;

/** The cluster understood and said no; nothing was changed. */
public final class Refused extends IOException {
  private static final long serialVersionUID = 1;

  /** Says why. */
  public Refused(String message) {
    super(message);
  }
}
