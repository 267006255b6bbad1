package idunno.node.onnx;

import java.io.IOException;
import java.nio.file.Path;

/** A finished network that can be written to a file. */
@FunctionalInterface
public interface OnnxFile {
  /**
   * Writes the network as one ONNX file. The same network gives the same bytes.
   *
   * @param file where it goes; replaced if it is there
   * @throws IOException if it cannot be written
   */
  void write(Path file) throws IOException;
}
