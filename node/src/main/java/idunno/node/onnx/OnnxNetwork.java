package idunno.node.onnx;

import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;

/**
 * A network brought to ONNX: one input of 32-bit floats for N pictures, one output of N x outputs.
 *
 * @param family the network's family, for people to read, such as {@code ResNet-18}
 * @param layout the order of the input's dimensions
 * @param height the input's height in pixels
 * @param width the input's width in pixels
 * @param outputs how many numbers there are for each picture
 * @param scores what these numbers are
 * @param file the network itself
 */
public record OnnxNetwork(
    String family,
    Layout layout,
    int height,
    int width,
    int outputs,
    Scores scores,
    OnnxFile file) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a side or the number of outputs is not positive
   */
  public OnnxNetwork {
    if (height < 1 || width < 1 || outputs < 1) {
      throw new IllegalArgumentException(
          "network %s: expected positive sides and outputs, found %d x %d and %d"
              .formatted(family, height, width, outputs));
    }
  }
}
