package idunno.node.consensus;

import org.jspecify.annotations.Nullable;

/**
 * Why an operation on the group has no answer. The three kinds call for three different reactions.
 */
public abstract sealed class ConsensusException extends Exception {
  private static final long serialVersionUID = 1;

  private ConsensusException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether the change was made, or will be, is not known. It did not fail: look before doing it
   * again.
   */
  public static final class OutcomeUnknown extends ConsensusException {
    private static final long serialVersionUID = 1;

    OutcomeUnknown(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The change was certainly not made, and will not be. */
  public static final class NotSubmitted extends ConsensusException {
    private static final long serialVersionUID = 1;

    NotSubmitted(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** A majority did not confirm in time that this node's state is current. Nothing was changed. */
  public static final class NotConfirmed extends ConsensusException {
    private static final long serialVersionUID = 1;

    NotConfirmed(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
