package idunno.node.transport;

import idunno.core.base.Address;
import java.io.Serial;

/** The peer got the call and answered with an error. */
public final class CallRefused extends CallFailed {
  @Serial private static final long serialVersionUID = 1;

  private final String reason;

  CallRefused(Address address, String reason) {
    super(address, reason, null);
    this.reason = reason;
  }

  /** The peer's own words. */
  public String reason() {
    return reason;
  }
}
