package idunno.node.pictures;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;

/**
 * The pictures of every kind, and what PIL reads and resizes of them: {@code pictures.zip}, made by
 * {@code src/test/python/pictures.py}, which says what is in it.
 */
final class PilPictures {
  private static final Map<String, byte[]> FILES = read();

  private PilPictures() {}

  private static Map<String, byte[]> read() {
    Map<String, byte[]> distinct = new TreeMap<>();
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(Reference.file("pictures.zip")))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        distinct.put(entry.getName(), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, byte[]> files = new TreeMap<>();
    for (String line : lines(Objects.requireNonNull(distinct.get("index.txt")))) {
      String[] names = line.split(" ", 2);
      files.put(names[0], Objects.requireNonNull(distinct.get(names[1])));
    }
    return files;
  }

  private static List<String> lines(byte[] text) {
    return new String(text, StandardCharsets.UTF_8).lines().toList();
  }

  /** The names of the pictures of one kind. */
  static List<String> named(String end) {
    return FILES.keySet().stream().filter(name -> name.endsWith(end)).toList();
  }

  static boolean has(String name) {
    return FILES.containsKey(name);
  }

  static byte[] file(String name) {
    return Objects.requireNonNull(FILES.get(name), name).clone();
  }

  static List<String> linesOf(String name) {
    return lines(file(name));
  }

  /** What PIL has under a name. */
  static Picture picture(String name) {
    byte[] file = file(name);
    ByteBuffer numbers = ByteBuffer.wrap(file);
    byte[] rgb = new byte[file.length - 8];
    System.arraycopy(file, 8, rgb, 0, rgb.length);
    return new Picture(numbers.getInt(), numbers.getInt(), rgb);
  }
}
