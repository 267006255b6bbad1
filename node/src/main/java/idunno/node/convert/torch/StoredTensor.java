package idunno.node.convert.torch;

import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A tensor in a file: a view of a storage, whose value at {@code i, j, ...} is the storage's number
 * {@code offset + i * steps[0] + j * steps[1] + ...}. That all of it lies inside the storage has
 * been checked.
 */
final class StoredTensor {
  /** The most dimensions; PyTorch's own have at most 5. */
  private static final int MAX_RANK = 8;

  /** The most bytes: what an array holds, and nearly what an ONNX file does. */
  private static final long MAX_BYTES = Integer.MAX_VALUE - 64L;

  private final Storage storage;
  private final long offset;
  private final int[] shape;
  private final long[] steps;
  private final int numbers;

  private StoredTensor(Storage storage, long offset, int[] shape, long[] steps, int numbers) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.steps = steps;
    this.numbers = numbers;
  }

  /**
   * Takes a view.
   *
   * @throws IOException if it is not within the storage, or beyond what is read here
   */
  static StoredTensor view(Storage storage, long offset, List<Long> sides, List<Long> steps)
      throws IOException {
    if (sides.size() > MAX_RANK || sides.size() != steps.size()) {
      throw new IOException(
          "expected a step for each of at most %d sides, found %d sides and %d steps"
              .formatted(MAX_RANK, sides.size(), steps.size()));
    }
    if (offset < 0
        || (!sides.isEmpty() && Collections.min(sides) < 0)
        || (!steps.isEmpty() && Collections.min(steps) < 0)) {
      throw new IOException(
          "expected no negative number, found offset %d, sides %s, steps %s"
              .formatted(offset, sides, steps));
    }
    long numbers = 1;
    long last = offset;
    try {
      for (int i = 0; i < sides.size(); i++) {
        numbers = Math.multiplyExact(numbers, sides.get(i));
      }
      for (int i = 0; numbers > 0 && i < sides.size(); i++) {
        last = Math.addExact(last, Math.multiplyExact(sides.get(i) - 1, steps.get(i)));
      }
    } catch (ArithmeticException e) {
      throw new IOException("sides %s and steps %s are too large".formatted(sides, steps), e);
    }
    // A step of 0 could make any number of values out of one.
    if (numbers > storage.numbers() || (numbers > 0 && last >= storage.numbers())) {
      throw new IOException(
          "sides %s, steps %s and offset %d reach beyond the %d numbers that the file has for it"
              .formatted(sides, steps, offset, storage.numbers()));
    }
    long width = Math.max(storage.type().bytes, Float.BYTES);
    if (numbers > 0 && (last - offset + 1 > MAX_BYTES / width || numbers > MAX_BYTES / width)) {
      throw new IOException("sides %s: expected less than 2 GiB".formatted(sides));
    }
    return new StoredTensor(
        storage,
        offset,
        sides.stream().mapToInt(Math::toIntExact).toArray(),
        steps.stream().mapToLong(Long::longValue).toArray(),
        (int) numbers);
  }

  /** A view of a whole storage, the last side's values beside one another. */
  static StoredTensor whole(Storage storage, List<Long> sides) throws IOException {
    Long[] steps = new Long[sides.size()];
    long step = 1;
    for (int i = steps.length - 1; i >= 0; i--) {
      steps[i] = step;
      try {
        step = Math.multiplyExact(step, Math.max(1, sides.get(i)));
      } catch (ArithmeticException e) {
        throw new IOException("sides %s are too large".formatted(sides), e);
      }
    }
    return view(storage, 0, sides, List.of(steps));
  }

  int[] shape() {
    return shape.clone();
  }

  ElementType type() {
    return storage.type();
  }

  /** How many numbers it has. */
  int numbers() {
    return numbers;
  }

  /**
   * Reads it, as 32-bit floats.
   *
   * @throws IOException if it can't be read, or holds whole numbers
   */
  Tensor read() throws IOException {
    if (!type().isReal()) {
      throw new IOException("expected real numbers, found " + type());
    }
    long span = numbers == 0 ? 0 : 1;
    for (int i = 0; span > 0 && i < shape.length; i++) {
      span += (shape[i] - 1) * steps[i];
    }
    byte[] bytes = new byte[Math.toIntExact(span * type().bytes)];
    storage.source().read(offset * type().bytes, bytes);
    if (type() == ElementType.FLOAT32 && isDense()) {
      return new Tensor(Tensor.Type.FLOAT32, shape, bytes);
    }
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer into = ByteBuffer.allocate(Float.BYTES * numbers).order(ByteOrder.LITTLE_ENDIAN);
    int[] at = new int[shape.length];
    int index = 0;
    while (into.hasRemaining()) {
      into.putFloat(type().real(from, index * type().bytes));
      // Counts up like an odometer, the last side fastest.
      for (int i = shape.length - 1; i >= 0; i--) {
        index += (int) steps[i];
        if (++at[i] < shape[i]) {
          break;
        }
        index -= (int) (steps[i] * shape[i]);
        at[i] = 0;
      }
    }
    return new Tensor(Tensor.Type.FLOAT32, shape, into.array());
  }

  /** Whether the values lie in their order, without gaps. */
  private boolean isDense() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && steps[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }

  @Override
  public String toString() {
    return type() + Arrays.toString(shape);
  }
}
