package idunno.node.consensus;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps Ratis, which tells every step of every election, from filling the node's log. */
public final class RatisLogging {
  // java.util.logging forgets the level of a logger that nobody holds.
  private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

  private RatisLogging() {}

  /** Lets Ratis, and the gRPC inside it, log from {@code level} on. */
  public static void quiet(Level level) {
    RATIS.setLevel(level);
  }

  /** Severe only, unless somebody chose a level. */
  static void quietUnlessChosen() {
    if (RATIS.getLevel() == null) {
      quiet(Level.SEVERE);
    }
  }
}
