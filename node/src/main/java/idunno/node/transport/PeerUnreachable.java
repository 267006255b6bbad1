package idunno.node.transport;

import idunno.core.base.Address;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The call never reached the peer whole, so it was not handled: it is safe to make it again. */
public final class PeerUnreachable extends CallFailed {
  @Serial private static final long serialVersionUID = 1;

  private final boolean refused;

  PeerUnreachable(Address address, boolean refused, String message, @Nullable Throwable cause) {
    super(address, message, cause);
    this.refused = refused;
  }

  /** Whether the host answered that nobody listens there: the process is surely not running. */
  public boolean refused() {
    return refused;
  }
}
