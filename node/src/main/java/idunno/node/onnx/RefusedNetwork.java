package idunno.node.onnx;

import java.io.IOException;

/** A network's file that is not to be loaded: says what is wrong, expected and found. */
public final class RefusedNetwork extends IOException {
  private static final long serialVersionUID = 1L;

  public RefusedNetwork(String reason) {
    super(reason);
  }

  public RefusedNetwork(String reason, Throwable cause) {
    super(reason, cause);
  }
}
