package idunno.node.inference;

/** There is no prepared form of a network to use: says why. The plain way is open. */
final class NotPrepared extends Exception {
  private static final long serialVersionUID = 1L;

  NotPrepared(String message) {
    super(message);
  }

  NotPrepared(String message, Throwable cause) {
    super(message, cause);
  }
}
