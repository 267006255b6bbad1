package idunno.node.transport;

import idunno.core.base.Address;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The call was sent and no answer came, or none that can be read: the peer may have handled it, may
 * be doing so now, or never will. Only a call that may be handled twice can be made again.
 */
public final class CallOutcomeUnknown extends CallFailed {
  @Serial private static final long serialVersionUID = 1;

  /** For that call. */
  public CallOutcomeUnknown(Address address, String message, @Nullable Throwable cause) {
    super(address, message, cause);
  }
}
