package idunno.node.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A constant of a network: a shape and its values, row by row, little-endian. */
public final class Tensor {

  /** The types of values. */
  public enum Type {
    FLOAT32(4),
    INT32(4),
    BOOL(1);

    /** How many bytes a value has. */
    public final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  private final Type type;
  private final int[] shape;
  private final byte[] bytes;

  /**
   * Takes the bytes over without a copy.
   *
   * @throws IllegalArgumentException if they are not exactly as many as the shape needs
   */
  public Tensor(Type type, int[] shape, byte[] bytes) {
    long values = 1;
    for (int side : shape) {
      if (side < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(shape) + ": negative side");
      }
      values = Math.multiplyExact(values, (long) side);
    }
    if (Math.multiplyExact(values, (long) type.bytes) != bytes.length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + ": " + bytes.length + " bytes do not fit");
    }
    this.type = type;
    this.shape = shape.clone();
    this.bytes = bytes;
  }

  public static Tensor of(int[] shape, float... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return new Tensor(Type.FLOAT32, shape, buffer.array());
  }

  public Type type() {
    return type;
  }

  public int rank() {
    return shape.length;
  }

  /** The length of a side; a negative index counts from the last. */
  public int side(int index) {
    return shape[index < 0 ? shape.length + index : index];
  }

  public int[] shape() {
    return shape.clone();
  }

  /** The values' own bytes; whoever takes them must not change them. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * The values as floats.
   *
   * @throws IllegalArgumentException if they are of another type
   */
  public float[] floats() {
    expect(Type.FLOAT32);
    float[] values = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /**
   * The values as whole numbers.
   *
   * @throws IllegalArgumentException if they are of another type
   */
  public int[] ints() {
    expect(Type.INT32);
    int[] values = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }

  /** The same values under another shape of the same size. */
  public Tensor reshaped(int... to) {
    return new Tensor(type, to, bytes);
  }

  /**
   * The sides in another order: side {@code i} of the result is side {@code axes[i]} of this.
   *
   * @throws IllegalArgumentException if the values are not floats or the axes not all of them
   */
  public Tensor transposed(int... axes) {
    expect(Type.FLOAT32);
    int rank = shape.length;
    if (!Arrays.equals(
        Arrays.stream(axes).sorted().toArray(), IntStream.range(0, rank).toArray())) {
      throw new IllegalArgumentException(
          "axes " + Arrays.toString(axes) + ": expected each of " + rank + " axes once");
    }
    int[] steps = new int[rank];
    int step = 1;
    for (int i = rank - 1; i >= 0; i--) {
      steps[i] = step;
      step *= shape[i];
    }
    int[] to = Arrays.stream(axes).map(axis -> shape[axis]).toArray();
    int[] jump = Arrays.stream(axes).map(axis -> steps[axis]).toArray();
    ByteBuffer source = ByteBuffer.wrap(bytes);
    ByteBuffer target = ByteBuffer.allocate(bytes.length);
    int[] at = new int[rank];
    int from = 0;
    while (target.hasRemaining()) {
      target.putInt(source.getInt(4 * from));
      // Counts up like an odometer, the last side fastest.
      for (int i = rank - 1; i >= 0; i--) {
        from += jump[i];
        if (++at[i] < to[i]) {
          break;
        }
        from -= jump[i] * to[i];
        at[i] = 0;
      }
    }
    return new Tensor(type, to, target.array());
  }

  private void expect(Type wanted) {
    if (type != wanted) {
      throw new IllegalArgumentException("expected values of type " + wanted + ", found " + type);
    }
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
