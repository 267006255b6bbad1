package idunno.node.inference;

/**
 * The network could not be run, for a reason that is no picture's fault, such as lack of memory.
 */
public final class FailedRun extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Says what failed.
   *
   * @param reason the model and what ONNX Runtime said
   * @param cause the error below it
   */
  public FailedRun(String reason, Throwable cause) {
    super(reason, cause);
  }
}
