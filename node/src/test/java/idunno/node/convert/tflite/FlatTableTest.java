package idunno.node.convert.tflite;

import static idunno.node.convert.Message.says;
import static idunno.node.convert.tflite.FlatWriter.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.onnx.Hints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FlatTableTest {
  @TempDir Path folder;

  private static byte[] file() {
    return FlatWriter.file(
        table(
            0,
            -5,
            1,
            (byte) -2,
            2,
            "text",
            4,
            new int[] {7, -8},
            5,
            List.of(table(0, 1), table(0, 2)),
            6,
            table(3, 0.5f),
            7,
            1L << 40));
  }

  @Test
  void readsEveryKindOfField() throws IOException {
    FlatTable root = FlatTable.root(file());
    assertEquals(-5, root.whole(0, 0));
    assertEquals(-2, root.byteAt(1, 0));
    assertEquals("text", root.text(2));
    assertEquals(List.of(7, -8), root.wholes(4, 2));
    assertEquals(2, root.tables(5, 2).get(1).whole(0, 0));
    FlatTable inner = root.table(6);
    assertNotNull(inner);
    assertEquals(0.5f, inner.real(3, 0));
    assertEquals(1L << 40, root.wide(7, 0));
  }

  @Test
  void aFieldThatIsNotThereHasItsUsualValue() throws IOException {
    FlatTable root = FlatTable.root(file());
    assertEquals(9, root.whole(3, 9));
    assertEquals(9, root.whole(100, 9));
    assertEquals("", root.text(3));
    assertEquals(List.of(), root.wholes(3, 9));
    assertEquals(List.of(), root.tables(100, 9));
    assertNull(root.table(3));
  }

  private static void refused(String because, byte[] file, Reading reading) {
    says(assertThrows(IOException.class, () -> reading.of(FlatTable.root(file))), because);
  }

  private interface Reading {
    void of(FlatTable root) throws IOException;
  }

  /** Where field {@code field} of the root lies. */
  private static int place(byte[] file, int field) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int root = in.getInt(0);
    return root + in.getShort(root - in.getInt(root) + 4 + 2 * field);
  }

  private static byte[] changed(int place, int value) {
    byte[] file = file();
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(place, value);
    return file;
  }

  @Test
  void waysOutOfTheFileAreRefused() {
    refused("leave the file", changed(0, 1 << 20), root -> {});
    refused("leave the file", changed(0, -4), root -> {});
    refused("leave the file", changed(place(file(), 2), 1 << 30), root -> root.text(2));
    refused("leave the file", changed(place(file(), 6), -100), root -> root.table(6));
    int root = ByteBuffer.wrap(file()).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    refused("leave the file", changed(root, 1 << 20), r -> {});
    refused("leave the file", changed(root, -(1 << 20)), r -> {});
    refused("leave the file", new byte[3], r -> {});
    refused("leave the file", new byte[0], r -> {});
  }

  @Test
  void waysThatLeadRoundAreRefused() {
    refused("leads to itself", changed(place(file(), 6), 0), root -> root.table(6));
    refused("leads to itself", changed(place(file(), 5), 0), root -> root.tables(5, 9));
    refused("leads to itself", changed(0, 0), root -> {});
  }

  @Test
  void rowsThatAreLongerThanTheFileAreRefusedBeforeMemoryIsTaken() {
    byte[] file = file();
    int row =
        place(file, 4)
            + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(place(file, 4));
    refused(
        "states 2147483647 items, expected at most 9",
        changed(row, Integer.MAX_VALUE),
        r -> r.wholes(4, 9));
    refused("leave the file", changed(row, 1 << 30), r -> r.wholes(4, Integer.MAX_VALUE));
    refused("4294967295 items", changed(row, -1), r -> r.wholes(4, Integer.MAX_VALUE));
  }

  @Test
  void fieldsBeyondTheirTableAreRefused() {
    byte[] file = FlatWriter.file(table(0, (byte) 1));
    refused("field 0 leaves its table of 5 bytes", file, root -> root.wide(0, 0));
  }

  @Test
  void valuesThatShareTheirBytesCannotMakeMuchOfLittle() throws IOException {
    TfLiteWriter network = new TfLiteWriter(1, 2, 2, 3);
    int first = network.floats(new int[] {1000}, new float[1000]);
    for (int i = 0; i < 20; i++) {
      network.with(network.floats(new int[] {1000}, 0), 2, first);
    }
    network.end(network.op(19, table(), 0));
    Path file = Files.write(folder.resolve("shared"), network.bytes());
    says(
        assertThrows(IOException.class, () -> TfLite.read(file, Hints.NONE)),
        "bytes of constants in a file of");
  }

  @Test
  void bytesChangedAtRandomAndFilesCutOffEndInNothingButAnAnswer() throws IOException {
    TfLiteWriter network = new TfLiteWriter(1, 4, 4, 3);
    int kernel = network.floats(new int[] {2, 3, 3, 3}, new float[54]);
    int conv = network.op(3, table(0, (byte) 0, 1, 1, 2, 1, 3, (byte) 3), 0, kernel);
    int pool = network.op(1, table(0, (byte) 1, 1, 1, 2, 1, 3, 2, 4, 2, 5, (byte) 0), conv);
    int row = network.op(22, table(0, new int[] {1, -1}), pool);
    network.end(network.op(25, table(0, 1f), row));
    byte[] whole = network.bytes();
    Path file = folder.resolve("changed");
    Files.write(file, whole);
    assertEquals(18, TfLite.read(file, Hints.NONE).outputs());
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      byte[] changed =
          i % 10 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      for (int k = 0; k <= random.nextInt(3) && changed.length > 0; k++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, changed);
      try {
        TfLite.read(file, Hints.NONE);
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "only " + refused + " of 4000");
  }
}
