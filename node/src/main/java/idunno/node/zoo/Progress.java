package idunno.node.zoo;

/** Hears how far the zoo's work is. Called on the thread that does the work. */
@FunctionalInterface
public interface Progress {

  /**
   * More of a file has arrived.
   *
   * @param what the file's name
   * @param doneBytes how many bytes are here
   * @param totalBytes how many there will be; 0 where nobody has said
   */
  void bytes(String what, long doneBytes, long totalBytes);

  /**
   * A step other than a download begins.
   *
   * @param what one short phrase, such as {@code converting resnet50 to ONNX} or {@code waiting for
   *     another process to fetch FILE}
   */
  default void step(String what) {}

  /** Hears nothing. */
  static Progress none() {
    return (what, doneBytes, totalBytes) -> {};
  }
}
