package idunno.node.main;

/** Ends the process when going on would be wrong: a broken invariant is loud, not hidden. */
final class ProcessEnd {
  private ProcessEnd() {}

  /** Says why on stderr, and ends the process at once with exit code 1. */
  static void now(String why, Throwable cause) {
    System.err.println("idunno: stopped: " + why);
    cause.printStackTrace();
    Runtime.getRuntime().halt(1);
  }
}
