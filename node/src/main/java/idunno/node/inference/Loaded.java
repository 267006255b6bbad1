package idunno.node.inference;

import ai.onnxruntime.OrtSession;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A session, and what is to be known of the memory behind it.
 *
 * @param session the network
 * @param device what runs it
 * @param weightBytes the length of its ONNX file, which is nearly all weights
 * @param hold what keeps its mapped weights from being swept; null if they are this process's own
 * @param sha256 the checksum of its ONNX file, by which the mapped weights are found; null like the
 *     former
 */
record Loaded(
    OrtSession session,
    Device device,
    long weightBytes,
    @Nullable MachineLock hold,
    @Nullable String sha256) {
  void close() {
    Sessions.close(session);
    if (hold != null) {
      try {
        hold.close();
      } catch (IOException e) {
        System.getLogger(Loaded.class.getName())
            .log(System.Logger.Level.WARNING, "the lock of a prepared network: {0}", e.toString());
      }
    }
  }
}
