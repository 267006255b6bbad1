package idunno.node.pictures;

/**
 * A file that is not a whole, readable picture. The reason depends on the file's bytes alone, never
 * on the machine, so it may stand in a result that must be the same wherever it is computed.
 */
public final class BrokenPicture extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * Says what is wrong with the file.
   *
   * @param reason what was expected and what was found
   */
  public BrokenPicture(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** What was expected and what was found. */
  public String reason() {
    return reason;
  }
}
