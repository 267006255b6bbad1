package idunno.node.convert.tflite;

import static idunno.node.convert.tflite.FlatWriter.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A TFLite network of a few operators. Value 0 is the picture, named {@code in}. */
public final class TfLiteWriter {
  static final byte FLOAT32 = 0;
  static final byte FLOAT16 = 1;
  static final byte INT32 = 2;
  static final byte UINT8 = 3;
  static final byte INT8 = 9;

  private final List<Object> tensors = new ArrayList<>();
  private final List<Object> buffers = new ArrayList<>(List.of(table()));
  private final List<Object> codes = new ArrayList<>();
  private final List<Object> operators = new ArrayList<>();
  private int[] outputs = {};

  TfLiteWriter(int... picture) {
    tensor("in", FLOAT32, picture, new byte[0]);
  }

  /** The mean of each channel. */
  public static TfLiteWriter mean(int height, int width) {
    TfLiteWriter network = new TfLiteWriter(1, height, width, 3);
    return network.end(network.op(40, table(), 0, network.wholes(new int[] {2}, 1, 2)));
  }

  int tensor(String name, byte type, int[] shape, byte[] data, Object... quantised) {
    int buffer = 0;
    if (data.length > 0) {
      buffer = buffers.size();
      buffers.add(table(0, data));
    }
    Map<Integer, Object> tensor = table(0, shape, 1, type, 2, buffer, 3, name);
    if (quantised.length > 0) {
      tensor.put(4, table(quantised));
    }
    tensors.add(tensor);
    return tensors.size() - 1;
  }

  /** Sets a field of a tensor. */
  TfLiteWriter with(int tensor, int field, Object value) {
    @SuppressWarnings("unchecked")
    Map<Integer, Object> fields = (Map<Integer, Object>) tensors.get(tensor);
    fields.put(field, value);
    return this;
  }

  int floats(int[] shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return tensor("floats", FLOAT32, shape, data.array());
  }

  int wholes(int[] shape, int... values) {
    return tensor("wholes", INT32, shape, ints(values));
  }

  static byte[] ints(int... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asIntBuffer().put(values);
    return data.array();
  }

  /** An operator; {@return the number of what it gives, a float value without a stated shape} */
  int op(int code, Map<Integer, Object> options, int... inputs) {
    int result = tensor("r" + tensors.size(), FLOAT32, new int[0], new byte[0]);
    return opTo(result, code, options, inputs);
  }

  int opTo(int result, int code, Map<Integer, Object> options, int... inputs) {
    codes.add(table(0, (byte) Math.min(code, 127), 3, code));
    operators.add(table(0, codes.size() - 1, 1, inputs, 2, new int[] {result}, 4, options));
    return result;
  }

  int custom(String name, int input) {
    int result = op(32, table(), input);
    codes.set(codes.size() - 1, table(0, (byte) 32, 1, name));
    return result;
  }

  /** Takes the last operator away. */
  void undo() {
    if (!operators.isEmpty()) {
      operators.removeLast();
    }
  }

  TfLiteWriter end(int... numbers) {
    outputs = numbers;
    return this;
  }

  public byte[] bytes() {
    Map<Integer, Object> graph =
        table(0, tensors, 1, new int[] {0}, 2, outputs, 3, operators, 4, "g");
    return FlatWriter.file(table(0, 3, 1, codes, 2, List.of(graph), 4, buffers));
  }
}
