package idunno.node.transport;

import idunno.core.base.Address;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A call without an answer; which of the three it is tells what may have happened at the peer. */
public abstract sealed class CallFailed extends IOException
    permits PeerUnreachable, CallOutcomeUnknown, CallRefused {
  @Serial private static final long serialVersionUID = 1;

  CallFailed(Address address, String message, @Nullable Throwable cause) {
    super("call to " + address + ": " + message, cause);
  }
}
