package idunno.node.inference;

import java.io.IOException;

/** The device that was asked for can't be used: says what is missing and how to get it. */
public final class DeviceUnavailable extends IOException {
  private static final long serialVersionUID = 1L;

  DeviceUnavailable(String message) {
    super(message);
  }

  DeviceUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
