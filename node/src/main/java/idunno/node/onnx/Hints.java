package idunno.node.onnx;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of a network from elsewhere than its file. A hint that contradicts the file is an
 * error; one that the file makes superfluous is only compared.
 *
 * @param architecture the network's architecture, for formats that hold weights alone, such as
 *     {@code resnet18}
 * @param height the input's height in pixels
 * @param width the input's width in pixels
 * @param outputs how many numbers the network gives for a picture
 */
public record Hints(
    Optional<String> architecture, OptionalInt height, OptionalInt width, OptionalInt outputs) {
  /** Nothing is known. */
  public static final Hints NONE =
      new Hints(Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

  /** The input's size and the number of outputs are known. */
  public static Hints of(int height, int width, int outputs) {
    return new Hints(
        Optional.empty(), OptionalInt.of(height), OptionalInt.of(width), OptionalInt.of(outputs));
  }

  /** The same with the architecture's name. */
  public Hints withArchitecture(String name) {
    return new Hints(Optional.of(name), height, width, outputs);
  }
}
