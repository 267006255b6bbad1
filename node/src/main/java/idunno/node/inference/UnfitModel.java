package idunno.node.inference;

/** A model's folder that cannot be used as it is: says what was expected and what was found. */
public final class UnfitModel extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * Says what does not fit.
   *
   * @param reason the file, what was expected and what was found
   */
  public UnfitModel(String reason) {
    super(reason);
    this.reason = reason;
  }

  /**
   * Says what does not fit, with the error below it.
   *
   * @param reason the file, what was expected and what was found
   * @param cause what the reader said
   */
  public UnfitModel(String reason, Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  /** The file, what was expected and what was found. */
  public String reason() {
    return reason;
  }
}
