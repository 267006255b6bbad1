package idunno.benchmarks.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Copies streams by buffers of one size, a buffer a thread, so that no client pays for new ones.
 */
final class Copying {
  private static final ThreadLocal<byte[]> BUFFER =
      ThreadLocal.withInitial(() -> new byte[StoreClient.BUFFER_BYTES]);

  private Copying() {}

  static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = BUFFER.get();
    int count;
    while ((count = in.read(buffer)) >= 0) {
      out.write(buffer, 0, count);
    }
  }
}
