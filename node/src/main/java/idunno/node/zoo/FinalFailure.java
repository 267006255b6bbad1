package idunno.node.zoo;

import java.io.IOException;

/** A download failed in a way that trying again will not mend. */
final class FinalFailure extends IOException {
  private static final long serialVersionUID = 1;

  FinalFailure(String why) {
    super(why);
  }
}
