package idunno.node.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The reference pictures and values that PIL made; see {@code src/test/python/preprocess.py}. */
public final class Reference {
  private Reference() {}

  /** How far two pictures are apart, in units of an 8-bit value. */
  record Distance(double mean, int largest) {}

  public static byte[] file(String name) {
    try (InputStream in = Reference.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no test resource " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares a picture with a reference that keeps every {@code step}-th row and column. */
  public static Distance distance(Picture picture, String name, int step) {
    byte[] expected = file(name);
    int at = 0;
    long sum = 0;
    int largest = 0;
    for (int y = 0; y < picture.height(); y += step) {
      for (int x = 0; x < picture.width(); x += step) {
        for (int c = 0; c < 3; c++) {
          int found = picture.rgb()[3 * (y * picture.width() + x) + c] & 0xFF;
          int apart = Math.abs(found - (expected[at++] & 0xFF));
          sum += apart;
          largest = Math.max(largest, apart);
        }
      }
    }
    assertEquals(expected.length, at, "bytes of " + name);
    return new Distance((double) sum / at, largest);
  }
}
