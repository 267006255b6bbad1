package idunno.node.convert.tflite;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes FlatBuffers from front to back: a table, then what its fields lead to. */
final class FlatWriter {
  private final ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  /** A table: numbers, texts, arrays, tables and lists of tables by the number of their field. */
  static Map<Integer, Object> table(Object... fields) {
    Map<Integer, Object> table = new TreeMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      table.put((Integer) fields[i], fields[i + 1]);
    }
    return table;
  }

  static byte[] file(Map<Integer, Object> root) {
    FlatWriter writer = new FlatWriter();
    writer.out.putInt(0).put("TFL3".getBytes(StandardCharsets.US_ASCII));
    writer.out.putInt(0, writer.write(root));
    byte[] bytes = new byte[writer.out.position()];
    writer.out.get(0, bytes);
    return bytes;
  }

  /** Writes something that a field leads to; {@return where it begins} */
  private int write(Object what) {
    return switch (what) {
      case Map<?, ?> table -> writeTable(table);
      case List<?> tables -> writeTables(tables);
      case String text -> row(text.getBytes(StandardCharsets.UTF_8).length, () -> put(text));
      case byte[] bytes -> row(bytes.length, () -> out.put(bytes));
      case int[] numbers ->
          row(
              numbers.length,
              () -> {
                for (int number : numbers) {
                  out.putInt(number);
                }
              });
      case long[] numbers ->
          row(
              numbers.length,
              () -> {
                for (long number : numbers) {
                  out.putLong(number);
                }
              });
      case float[] numbers ->
          row(
              numbers.length,
              () -> {
                for (float number : numbers) {
                  out.putFloat(number);
                }
              });
      default -> throw new IllegalArgumentException(what.toString());
    };
  }

  private void put(String text) {
    out.put(text.getBytes(StandardCharsets.UTF_8));
  }

  private int row(int items, Runnable put) {
    int at = out.position();
    out.putInt(items);
    put.run();
    return at;
  }

  private int writeTables(List<?> tables) {
    int at = out.position();
    out.putInt(tables.size());
    int first = out.position();
    out.position(first + 4 * tables.size());
    for (int i = 0; i < tables.size(); i++) {
      int place = first + 4 * i;
      out.putInt(place, write(tables.get(i)) - place);
    }
    return at;
  }

  private int writeTable(Map<?, ?> table) {
    int fields = 0;
    for (Object field : table.keySet()) {
      fields = Math.max(fields, (Integer) field + 1);
    }
    int list = out.position();
    int at = list + 4 + 2 * fields;
    out.position(at + 4);
    out.putInt(at, at - list);
    Map<Integer, Object> leads = new TreeMap<>();
    for (Map.Entry<?, ?> entry : table.entrySet()) {
      int place = out.position();
      out.putShort(list + 4 + 2 * (Integer) entry.getKey(), (short) (place - at));
      switch (entry.getValue()) {
        case Byte number -> out.put(number);
        case Integer number -> out.putInt(number);
        case Long number -> out.putLong(number);
        case Float number -> out.putFloat(number);
        case Object other -> {
          leads.put(place, other);
          out.putInt(0);
        }
      }
    }
    out.putShort(list, (short) (4 + 2 * fields));
    out.putShort(list + 2, (short) (out.position() - at));
    leads.forEach((place, what) -> out.putInt(place, write(what) - place));
    return at;
  }
}
