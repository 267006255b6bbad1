package idunno.node.inference;

import idunno.node.natives.NativeLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Which kernels ONNX Runtime takes here: its version and the processor's abilities. Weights that
 * are laid out for some kernels are of no use to others, and a home folder may be shared by
 * machines of several kinds.
 */
final class Kernels {
  /** What distinguishes processors, as Linux names it on x64 and on arm64. */
  private static final List<String> KEYS =
      List.of(
          "vendor_id",
          "cpu family",
          "model",
          "flags",
          "CPU implementer",
          "CPU architecture",
          "CPU part",
          "Features");

  private Kernels() {}

  /** Such as {@code 1.29.0-linux-x64-5f0c9a21}. */
  static String name() {
    return GpuJar.expectedVersion() + "-" + NativeLibraries.platform() + "-" + processor();
  }

  private static String processor() {
    StringBuilder said = new StringBuilder();
    try {
      // The first processor's part ends at the first empty line.
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.isBlank()) {
          break;
        }
        int colon = line.indexOf(':');
        if (colon > 0 && KEYS.contains(line.substring(0, colon).strip())) {
          said.append(line.strip()).append('\n');
        }
      }
    } catch (IOException e) {
      // Not Linux. There it is the machine's own disk, and the model of the processor is enough.
      said.append(System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", ""));
    }
    return HexFormat.of()
        .formatHex(sha256().digest(said.toString().getBytes(StandardCharsets.UTF_8)), 0, 4)
        .toLowerCase(Locale.ROOT);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
