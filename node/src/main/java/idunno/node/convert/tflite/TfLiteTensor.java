package idunno.node.convert.tflite;

import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * A value of a TFLite network: a constant where it has data, else what an operator gives.
 *
 * @param name its name in the file, for people to read
 * @param shape its sides; for pictures batch, height, width, channels. Below 1 where left open
 * @param type the type of its numbers
 * @param scales what a quantised number's steps are worth, one for all or one for each index of
 *     {@code axis}; none where it is not quantised
 * @param zeros the quantised numbers that mean 0, as many as scales
 * @param axis the side that several scales belong to
 * @param data the constant's bytes, little-endian
 */
record TfLiteTensor(
    String name,
    List<Integer> shape,
    Type type,
    List<Float> scales,
    List<Long> zeros,
    int axis,
    ByteBuffer data) {

  /** The types of numbers that are known here. */
  enum Type {
    FLOAT32(0, 4),
    FLOAT16(1, 2),
    INT32(2, 4),
    UINT8(3, 1),
    INT64(4, 8),
    INT8(9, 1),
    /** A type that is not known here. */
    OTHER(-1, 1);

    private final int code;
    private final int bytes;

    Type(int code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    static Type of(int code) {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      return OTHER;
    }
  }

  private static final int MAX_RANK = 6;
  private static final int MAX_SCALES = 1 << 16;

  /**
   * Reads an entry of the file's list.
   *
   * @param buffers the file's list of constants' bytes
   */
  static TfLiteTensor read(FlatTable entry, List<FlatTable> buffers) throws IOException {
    String name = entry.text(3);
    int buffer = entry.whole(2, 0);
    if (buffer < 0 || buffer >= Math.max(1, buffers.size())) {
      throw new IOException("tensor %s: there is no buffer %d".formatted(name, buffer));
    }
    if (entry.table(6) != null) {
      throw new IOException("tensor " + name + ": sparse, expected all values");
    }
    FlatTable quantised = entry.table(4);
    List<Float> scales = quantised == null ? List.of() : quantised.reals(2, MAX_SCALES);
    List<Long> zeros = quantised == null ? List.of() : quantised.wides(3, MAX_SCALES);
    if (zeros.isEmpty()) {
      zeros = Collections.nCopies(scales.size(), 0L);
    }
    if (zeros.size() != scales.size()) {
      throw new IOException(
          "tensor %s: %d scales and %d zero points".formatted(name, scales.size(), zeros.size()));
    }
    ByteBuffer data = buffers.isEmpty() ? ByteBuffer.allocate(0) : data(buffers.get(buffer));
    // A side that was open is 1 in the one list of sides, and -1 in the other.
    List<Integer> open = data.hasRemaining() ? List.of() : entry.wholes(7, MAX_RANK);
    return new TfLiteTensor(
        name,
        open.isEmpty() ? entry.wholes(0, MAX_RANK) : open,
        Type.of(entry.byteAt(1, 0)),
        scales,
        zeros,
        quantised == null ? 0 : quantised.whole(6, 0),
        data);
  }

  private static ByteBuffer data(FlatTable buffer) throws IOException {
    if (buffer.wide(1, 0) > 1) {
      throw new IOException("constants behind the FlatBuffers part: expected them in it");
    }
    return buffer.bytes(0);
  }

  boolean isConstant() {
    return data.hasRemaining();
  }

  /** Whether 8-bit numbers stand for real ones with one scale. */
  boolean isQuantised() {
    return (type == Type.UINT8 || type == Type.INT8) && scales.size() == 1;
  }

  /** The real numbers that a quantised value can stand for. */
  Range range() {
    long least = (type == Type.UINT8 ? 0 : -128) - zeros.getFirst();
    return new Range(least * scales.getFirst(), (least + 255) * scales.getFirst());
  }

  /**
   * A constant's values as real numbers.
   *
   * @throws IOException if they are not as many as the shape says, or of a type not known here
   */
  Tensor floats() throws IOException {
    float[] floats = new float[count()];
    switch (type) {
      case FLOAT32 -> data.asFloatBuffer().get(floats);
      case FLOAT16 -> {
        for (int i = 0; i < floats.length; i++) {
          floats[i] = Float.float16ToFloat(data.getShort(2 * i));
        }
      }
      case UINT8 -> dequantise(floats, i -> Byte.toUnsignedInt(data.get(i)));
      case INT8 -> dequantise(floats, data::get);
      case INT32 -> dequantise(floats, i -> data.getInt(4 * i));
      case INT64, OTHER -> throw unknown("floats or quantised numbers");
    }
    return Tensor.of(shape.stream().mapToInt(Integer::intValue).toArray(), floats);
  }

  private void dequantise(float[] floats, IntUnaryOperator quantised) throws IOException {
    int stride = stride(floats.length);
    int count = scales.size();
    float[] steps = new float[count];
    long[] nulls = new long[count];
    for (int i = 0; i < count; i++) {
      steps[i] = scales.get(i);
      nulls[i] = zeros.get(i);
    }
    for (int i = 0; i < floats.length; i++) {
      int of = i / stride % count;
      floats[i] = (quantised.applyAsInt(i) - nulls[of]) * steps[of];
    }
  }

  /**
   * A constant's values as whole numbers, such as axes.
   *
   * @throws IOException if they are not as many as the shape says, or of another type
   */
  List<Integer> wholes() throws IOException {
    int values = count();
    List<Integer> wholes = new ArrayList<>();
    for (int i = 0; i < values; i++) {
      wholes.add(
          switch (type) {
            case INT32 -> data.getInt(4 * i);
            case INT64 -> Math.toIntExact(data.getLong(8 * i));
            case FLOAT32, FLOAT16, UINT8, INT8, OTHER -> throw unknown("whole numbers");
          });
    }
    return wholes;
  }

  private int count() throws IOException {
    long values = 1;
    for (int side : shape) {
      values = side < 0 ? -1 : Math.multiplyExact(values, (long) side);
      if (values < 0 || values > data.capacity()) {
        break;
      }
    }
    if (values < 0 || values * type.bytes != data.capacity()) {
      throw new IOException(
          "tensor %s: %s of type %s do not fit %d bytes"
              .formatted(name, shape, type, data.capacity()));
    }
    return (int) values;
  }

  /** How many values in a row have the same scale; the scales begin anew after the last. */
  private int stride(int values) throws IOException {
    if (scales.isEmpty()) {
      throw unknown("a scale for its quantised numbers");
    }
    if (scales.size() == 1) {
      return Math.max(1, values);
    }
    if (axis < 0 || axis >= shape.size() || shape.get(axis) != scales.size()) {
      throw unknown("a scale for each index of side " + axis);
    }
    int stride = 1;
    for (int side = axis + 1; side < shape.size(); side++) {
      stride *= shape.get(side);
    }
    return stride;
  }

  private IOException unknown(String expected) {
    return new IOException("tensor %s: expected %s, found type %s".formatted(name, expected, type));
  }
}
