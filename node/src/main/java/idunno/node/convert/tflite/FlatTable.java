package idunno.node.convert.tflite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A table of a FlatBuffers file. A table begins with the way back to its list of fields, which says
 * where in the table each field lies (0: it has its usual value); a field that holds a table, a
 * text or a row holds the way to it (<a href="https://flatbuffers.dev/internals/">FlatBuffers,
 * internals</a>).
 *
 * <p>The file may be hostile: every place is checked before it is read, no row is taken before it
 * is known to lie in the file, and ways only lead forward, so that none leads round.
 */
final class FlatTable {
  private static final int LONGEST_TEXT = 4096;

  private final ByteBuffer file;
  private final int at;
  private final int fields;
  private final int fieldsBytes;
  private final int bytes;

  private FlatTable(ByteBuffer file, long position) throws IOException {
    this.file = file;
    this.at = within(file, position, 4);
    // The only way that may lead back; what is there is numbers alone.
    this.fields = within(file, at - (long) file.getInt(at), 4);
    this.fieldsBytes = Short.toUnsignedInt(file.getShort(fields));
    this.bytes = Short.toUnsignedInt(file.getShort(fields + 2));
    within(file, fields, fieldsBytes);
    within(file, at, bytes);
    if (fieldsBytes < 4 || bytes < 4) {
      throw new IOException("damaged: the table at " + at + " has no list of fields");
    }
  }

  /**
   * The file's outermost table.
   *
   * @throws IOException if the file is damaged
   */
  static FlatTable root(byte[] file) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(file).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return new FlatTable(buffer, forward(buffer, within(buffer, 0, 4)));
  }

  /** A whole number of 8 bits with its sign. */
  int byteAt(int field, int otherwise) throws IOException {
    int place = place(field, 1);
    return place == 0 ? otherwise : file.get(place);
  }

  boolean flag(int field) throws IOException {
    return byteAt(field, 0) != 0;
  }

  /** A whole number of 32 bits with its sign. */
  int whole(int field, int otherwise) throws IOException {
    int place = place(field, 4);
    return place == 0 ? otherwise : file.getInt(place);
  }

  /** A whole number of 64 bits with its sign. */
  long wide(int field, long otherwise) throws IOException {
    int place = place(field, 8);
    return place == 0 ? otherwise : file.getLong(place);
  }

  float real(int field, float otherwise) throws IOException {
    int place = place(field, 4);
    return place == 0 ? otherwise : file.getFloat(place);
  }

  /** A table in a field; null where there is none. */
  @Nullable FlatTable table(int field) throws IOException {
    int place = place(field, 4);
    return place == 0 ? null : new FlatTable(file, forward(file, place));
  }

  /**
   * The tables of a row, in their order; none where the field is not there.
   *
   * @param most how many there may be
   */
  List<FlatTable> tables(int field, int most) throws IOException {
    ByteBuffer row = row(field, 4, most);
    FlatTable[] tables = new FlatTable[row.remaining() / 4];
    int start = row.remaining() == 0 ? 0 : rowStart(field);
    for (int i = 0; i < tables.length; i++) {
      tables[i] = new FlatTable(file, forward(file, start + 4 * i));
    }
    return List.of(tables);
  }

  /** A row of 32-bit whole numbers; none where the field is not there. */
  List<Integer> wholes(int field, int most) throws IOException {
    ByteBuffer row = row(field, 4, most);
    return numbers(row.remaining() / 4, i -> row.getInt(4 * i));
  }

  /** A row of 64-bit whole numbers; none where the field is not there. */
  List<Long> wides(int field, int most) throws IOException {
    ByteBuffer row = row(field, 8, most);
    return numbers(row.remaining() / 8, i -> row.getLong(8 * i));
  }

  /** A row of 32-bit floats; none where the field is not there. */
  List<Float> reals(int field, int most) throws IOException {
    ByteBuffer row = row(field, 4, most);
    return numbers(row.remaining() / 4, i -> row.getFloat(4 * i));
  }

  /** A row of bytes, which are those of the file and not copied; none where it is not there. */
  ByteBuffer bytes(int field) throws IOException {
    return row(field, 1, Integer.MAX_VALUE);
  }

  /** A text; empty where there is none. */
  String text(int field) throws IOException {
    return StandardCharsets.UTF_8.decode(row(field, 1, LONGEST_TEXT)).toString();
  }

  private ByteBuffer row(int field, int itemBytes, int most) throws IOException {
    if (place(field, 4) == 0) {
      return ByteBuffer.allocate(0);
    }
    int start = rowStart(field);
    long items = Integer.toUnsignedLong(file.getInt(start - 4));
    if (items > most) {
      throw new IOException(
          "damaged: the row at %d states %d items, expected at most %d"
              .formatted(start, items, most));
    }
    within(file, start, items * itemBytes);
    return file.slice(start, (int) items * itemBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where a row's items begin, behind their number. */
  private int rowStart(int field) throws IOException {
    return within(file, forward(file, place(field, 4)), 4) + 4;
  }

  /** Where a field of so many bytes lies in the file; 0 where it is not there. */
  private int place(int field, int fieldBytes) throws IOException {
    int entry = 4 + 2 * field;
    int offset = entry + 2 > fieldsBytes ? 0 : Short.toUnsignedInt(file.getShort(fields + entry));
    if (offset == 0) {
      return 0;
    }
    if (offset + fieldBytes > bytes) {
      throw new IOException(
          "damaged: field %d leaves its table of %d bytes at %d".formatted(field, bytes, at));
    }
    return at + offset;
  }

  private static long forward(ByteBuffer file, int place) throws IOException {
    long way = Integer.toUnsignedLong(file.getInt(place));
    if (way < 4) {
      throw new IOException("damaged: the way at " + place + " leads to itself");
    }
    return place + way;
  }

  private static int within(ByteBuffer file, long position, long length) throws IOException {
    if (position < 0 || position + length > file.capacity()) {
      throw new IOException(
          "damaged: %d bytes at %d leave the file of %d bytes"
              .formatted(length, position, file.capacity()));
    }
    return (int) position;
  }

  private interface Item<T> {
    T at(int index);
  }

  /** Numbers that are read where they lie. */
  private static <T> List<T> numbers(int count, Item<T> item) {
    final class Row extends AbstractList<T> implements RandomAccess {
      @Override
      public T get(int index) {
        return item.at(index);
      }

      @Override
      public int size() {
        return count;
      }
    }

    return new Row();
  }
}
