package idunno.node.convert.tflite;

import java.util.List;

/**
 * Numbers that depend on the picture.
 *
 * @param name what they are called in the ONNX network
 * @param shape what one picture has of them, in TFLite's order: height, width and channels, which
 *     ONNX has as channels, height, width; or channels alone
 * @param range the numbers that they can be
 * @param probabilities whether a softmax made them
 */
record Flow(String name, List<Integer> shape, Range range, boolean probabilities) {
  Flow {
    shape = List.copyOf(shape);
  }

  static Flow of(String name, List<Integer> shape) {
    return new Flow(name, shape, Range.ALL, false);
  }

  boolean isPicture() {
    return shape.size() == 3;
  }

  int height() {
    return shape.get(0);
  }

  int width() {
    return shape.get(1);
  }

  int channels() {
    return shape.getLast();
  }

  /** How many numbers there are for each picture. */
  long numbers() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  /** Other numbers that are known to be in a range. */
  Flow within(Range other) {
    return new Flow(name, shape, other, probabilities);
  }
}
