package idunno.node.inference;

import idunno.node.onnx.Initializers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether weights that ONNX Runtime has written lie where its kernels can read them.
 *
 * <p>The kernels load whole vector registers and rely on addresses that are multiples of 64. ONNX
 * Runtime 1.29 writes what is longer than 1 MiB at multiples of 4,096 and everything else right
 * behind one another, and maps the one as trustingly as the other: a layout of a smaller matrix
 * kills the process at its first use. So only long weights are written out, and what was written is
 * looked at before it is used.
 */
final class Alignment {
  /** Longer ones are at multiples of the page's size. */
  static final int LONGER_THAN_BYTES = 1 << 20;

  private static final int VECTOR_BYTES = 64;

  /** A layout of weights: a name, then one or more of {@code |offset;length;checksum}. */
  private static final Pattern STRETCH = Pattern.compile("\\|([0-9]{1,18});([0-9]{1,18});");

  private Alignment() {}

  /**
   * Checks all that a network has in another file.
   *
   * @throws NotPrepared if something of it lies where it must not
   * @throws IOException if the file can't be read
   */
  static void check(Path network) throws NotPrepared, IOException {
    String[] wrong = {""};
    Initializers.each(
        network,
        one -> {
          for (Map.Entry<String, String> said : one.external().entrySet()) {
            if (!isAligned(said.getKey(), said.getValue())) {
              wrong[0] = said.getKey() + " " + said.getValue();
            }
          }
        });
    if (!wrong[0].isEmpty()) {
      throw new NotPrepared(
          "ONNX Runtime has put weights where its kernels can't read them (" + wrong[0] + ")");
    }
  }

  private static boolean isAligned(String key, String value) {
    if (key.equals("offset")) {
      return Long.parseLong(value) % VECTOR_BYTES == 0;
    }
    if (!key.startsWith("prepacked")) {
      return true;
    }
    Matcher stretch = STRETCH.matcher(value);
    boolean found = false;
    while (stretch.find()) {
      found = true;
      if (Long.parseLong(stretch.group(2)) > 0
          && Long.parseLong(stretch.group(1)) % VECTOR_BYTES != 0) {
        return false;
      }
    }
    return found; // written in a way that is not known: better not
  }
}
