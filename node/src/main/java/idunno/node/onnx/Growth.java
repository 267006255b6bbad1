package idunno.node.onnx;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The operations whose results are as large as a number says: a file of 100 bytes may ask for a
 * result of terabytes, and a runtime that works out constants takes that memory while it loads.
 * Found are the numbers that stand in the file as constants; what an operation makes out of others
 * is not, so a network is run in bounds of its own all the same.
 */
final class Growth {
  /** The most numbers that a result may have; 1 GiB of floats. */
  static final long MOST_VALUES = 1 << 28;

  private static final long MOST_TIMES = 1 << 16;
  private static final long MOST_PIXELS = 1 << 16;

  private record Growing(String op, String label, List<String> inputs) {}

  private final Map<String, List<List<Double>>> constants = new HashMap<>();
  private final List<Growing> growing = new ArrayList<>();

  void constant(String name, List<Double> numbers) {
    if (!numbers.isEmpty()) {
      constants.computeIfAbsent(name, _ -> new ArrayList<>()).add(numbers);
    }
  }

  void node(String op, String label, List<String> inputs) {
    switch (op) {
      case "ConstantOfShape", "Expand", "Tile", "Resize", "Upsample", "Pad", "Range", "OneHot" ->
          growing.add(new Growing(op, label, inputs));
      default -> {}
    }
  }

  /** Compares a setting of an operation that says how large its result becomes. */
  static void setting(String label, String name, List<Long> numbers) throws IOException {
    switch (name) {
      case "pads", "strides", "dilations", "kernel_shape", "output_shape", "output_padding" -> {
        for (long number : numbers) {
          if (Math.abs(number) > MOST_PIXELS || number == Long.MIN_VALUE) {
            throw refused(label, name + " up to " + MOST_PIXELS, numbers);
          }
        }
      }
      case "shape" -> {
        double values = 1;
        for (long number : numbers) {
          values *= Math.max(1, number);
        }
        if (values > MOST_VALUES) {
          throw refused(label, "a result of at most " + MOST_VALUES + " values", numbers);
        }
      }
      default -> {}
    }
  }

  /**
   * Compares the constants with the operations that take them, at the end of the file.
   *
   * @throws RefusedNetwork naming the operation, if it asks for too much
   */
  void check() throws IOException {
    for (Growing it : growing) {
      switch (it.op()) {
        case "ConstantOfShape" -> product(it, 0, MOST_VALUES);
        case "Expand" -> product(it, 1, MOST_VALUES);
        case "Tile", "Upsample" -> product(it, 1, MOST_TIMES);
        case "Resize" -> {
          if (it.inputs().size() == 2) {
            product(it, 1, MOST_TIMES);
          }
          product(it, 2, MOST_TIMES);
          product(it, 3, MOST_VALUES);
        }
        case "Pad" -> {
          for (List<Double> amounts : numbers(it, 1)) {
            if (amounts.stream().anyMatch(amount -> Math.abs(amount) > MOST_PIXELS)) {
              throw refused(it.label(), "pads up to " + MOST_PIXELS, amounts);
            }
          }
        }
        case "Range" -> range(it);
        case "OneHot" -> product(it, 1, MOST_VALUES);
        default -> throw new AssertionError(it.op());
      }
    }
  }

  private void product(Growing it, int input, long most) throws IOException {
    for (List<Double> numbers : numbers(it, input)) {
      double product = 1;
      for (double number : numbers) {
        product *= Math.max(1, number);
      }
      if (product > most) {
        throw refused(it.label(), "a growth to at most " + most, numbers);
      }
    }
  }

  private void range(Growing it) throws IOException {
    for (List<Double> start : numbers(it, 0)) {
      for (List<Double> end : numbers(it, 1)) {
        for (List<Double> step : numbers(it, 2)) {
          double values = (end.getFirst() - start.getFirst()) / step.getFirst();
          if (!(values <= MOST_VALUES)) {
            throw refused(it.label(), "a result of at most " + MOST_VALUES + " values", end);
          }
        }
      }
    }
  }

  private List<List<Double>> numbers(Growing it, int input) {
    return input < it.inputs().size()
        ? constants.getOrDefault(it.inputs().get(input), List.of())
        : List.of();
  }

  private static RefusedNetwork refused(String label, String expected, List<?> found) {
    return new RefusedNetwork(label + ": expected " + expected + ", found " + found);
  }
}
