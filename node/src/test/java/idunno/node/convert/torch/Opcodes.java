package idunno.node.convert.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a pickle instruction by instruction, those too that Python's own never would. */
final class Opcodes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Begins a pickle of protocol 2. */
  Opcodes() {
    put(0x80).put(2);
  }

  Opcodes put(int octet) {
    bytes.write(octet);
    return this;
  }

  Opcodes put(String ascii) {
    bytes.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Opcodes repeat(String ascii, int times) {
    return put(ascii.repeat(times));
  }

  Opcodes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    put('X');
    bytes.writeBytes(little(4).putInt(utf8.length).array());
    bytes.writeBytes(utf8);
    return this;
  }

  Opcodes whole(long number) {
    put(0x8a).put(8);
    bytes.writeBytes(little(8).putLong(number).array());
    return this;
  }

  Opcodes wholes(long... numbers) {
    put("(");
    for (long number : numbers) {
      whole(number);
    }
    return put("t");
  }

  Opcodes global(String module, String name) {
    return put("c" + module + "\n" + name + "\n");
  }

  /** A tensor of floats; behind it, it is on the stack. */
  Opcodes tensor(String key, long numbers, long offset, long[] sides, long[] steps) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .put("((")
        .text("storage")
        .global("torch", "FloatStorage")
        .text(key)
        .text("cpu")
        .whole(numbers)
        .put("tQ")
        .whole(offset)
        .wholes(sides)
        .wholes(steps)
        .put(0x89)
        .global("collections", "OrderedDict")
        .put(")RtR");
  }

  /** Calls a function with one text, as a hostile file would. */
  Opcodes call(String module, String function, String argument) {
    return global(module, function).text(argument).put(0x85).put("R");
  }

  byte[] stop() {
    put(".");
    return bytes.toByteArray();
  }

  static ByteBuffer little(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
