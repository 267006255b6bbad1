package idunno.node.client;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** This machine's own disk failed a transfer; another node would not help. */
public final class LocalFailure extends IOException {
  @Serial private static final long serialVersionUID = 1;

  LocalFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
