package idunno.node.convert.tflite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network as a TFLite file has it: a list of values, and a list of operators in an order in which
 * they can be run (<a
 * href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs">schema</a>).
 * The numbers of fields below are their places in that schema.
 *
 * @param tensors the values, constants among them
 * @param operators what makes them of one another
 * @param input the number of the value that is the picture
 * @param output the number of the value that is the answer
 */
record TfLiteModel(List<TfLiteTensor> tensors, List<Operator> operators, int input, int output) {
  private static final int MOST = 1 << 16;
  private static final int MOST_INPUTS = 256;

  /**
   * An operator.
   *
   * @param op what it does, such as {@code CONV_2D}
   * @param inputs the numbers of the values that it takes; -1 for one that is left out
   * @param outputs the numbers of the values that it gives
   * @param options its settings, as far as there are any
   * @param layer what its result is called in the file
   */
  record Operator(
      String op,
      List<Integer> inputs,
      List<Integer> outputs,
      @Nullable FlatTable options,
      String layer) {
    @Override
    public String toString() {
      return "layer " + layer + " (" + op + ")";
    }
  }

  /** Whether bytes begin as such a file does. */
  static boolean isOne(byte[] start) {
    return start.length >= 8
        && start[4] == 'T'
        && start[5] == 'F'
        && start[6] == 'L'
        && start[7] == '3';
  }

  /**
   * Reads a whole file.
   *
   * @throws IOException if it is damaged, has other than one input and one output, or operators
   *     that call one another
   */
  static TfLiteModel read(byte[] file) throws IOException {
    if (!isOne(file)) {
      throw new IOException("expected a TFLite file of version 3 (TFL3)");
    }
    FlatTable model = FlatTable.root(file);
    List<FlatTable> subgraphs = model.tables(2, MOST);
    if (subgraphs.size() != 1) {
      throw new IOException("expected one graph, found " + subgraphs.size());
    }
    FlatTable graph = subgraphs.getFirst();
    List<FlatTable> buffers = model.tables(4, MOST);
    List<TfLiteTensor> tensors = new ArrayList<>();
    long constantBytes = 0;
    for (FlatTable entry : graph.tables(0, MOST)) {
      TfLiteTensor tensor = TfLiteTensor.read(entry, buffers);
      tensors.add(tensor);
      constantBytes += tensor.data().capacity();
    }
    // Values may share their bytes, and each would be a constant of its own in the result.
    if (constantBytes > 2L * file.length) {
      throw new IOException(
          "damaged: %d bytes of constants in a file of %d".formatted(constantBytes, file.length));
    }
    List<String> codes = new ArrayList<>();
    for (FlatTable code : model.tables(1, MOST)) {
      // The number was of 8 bits first; newer files have it twice.
      String custom = code.text(1);
      int number = Math.max(code.byteAt(0, 0), code.whole(3, 0));
      codes.add(custom.isEmpty() ? OperatorNames.of(number) : "custom operator " + custom);
    }
    List<Operator> operators = new ArrayList<>();
    for (FlatTable entry : graph.tables(3, MOST)) {
      operators.add(operator(entry, codes, tensors));
    }
    return new TfLiteModel(
        List.copyOf(tensors),
        List.copyOf(operators),
        only("input", graph.wholes(1, MOST), tensors),
        only("output", graph.wholes(2, MOST), tensors));
  }

  private static Operator operator(FlatTable entry, List<String> codes, List<TfLiteTensor> tensors)
      throws IOException {
    int code = entry.whole(0, 0);
    if (code < 0 || code >= codes.size()) {
      throw new IOException("damaged: there is no operator code " + code);
    }
    List<Integer> inputs = entry.wholes(1, MOST_INPUTS);
    List<Integer> outputs = entry.wholes(2, MOST_INPUTS);
    for (int input : inputs) {
      check(input, -1, tensors);
    }
    for (int output : outputs) {
      check(output, 0, tensors);
    }
    if (outputs.isEmpty()) {
      throw new IOException("damaged: an operator " + codes.get(code) + " without a result");
    }
    String layer = tensors.get(outputs.getFirst()).name();
    return new Operator(codes.get(code), inputs, outputs, entry.table(4), layer);
  }

  private static int only(String what, List<Integer> numbers, List<TfLiteTensor> tensors)
      throws IOException {
    if (numbers.size() != 1) {
      List<String> names = new ArrayList<>();
      for (int number : numbers.subList(0, Math.min(8, numbers.size()))) {
        check(number, 0, tensors);
        names.add(tensors.get(number).name());
      }
      throw new IOException("expected one %s, found %d: %s".formatted(what, numbers.size(), names));
    }
    check(numbers.getFirst(), 0, tensors);
    return numbers.getFirst();
  }

  private static void check(int number, int least, List<TfLiteTensor> tensors) throws IOException {
    if (number < least || number >= tensors.size()) {
      throw new IOException(
          "damaged: there is no tensor %d, there are %d".formatted(number, tensors.size()));
    }
  }
}
