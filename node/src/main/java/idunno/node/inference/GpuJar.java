package idunno.node.inference;

import ai.onnxruntime.OrtEnvironment;
import idunno.node.natives.NativeLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The jar with ONNX Runtime's libraries for cards, as published on Maven Central. */
final class GpuJar {
  private static final String PREFIX = "onnxruntime_gpu-";

  private GpuJar() {}

  /** The version that fits the classes of this program. */
  static String expectedVersion() {
    @Nullable String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    return version == null ? "1.29.0" : version;
  }

  /**
   * The jar in a folder; null if there is none. Of several it is the one whose version fits.
   *
   * @throws IOException if the folder can't be read
   */
  static @Nullable Path in(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return null;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(
                  file -> {
                    String name = file.getFileName().toString();
                    return name.startsWith(PREFIX) && name.endsWith(".jar");
                  })
              .sorted()
              .toList();
      String wanted = PREFIX + expectedVersion() + ".jar";
      return found.stream()
          .filter(file -> file.getFileName().toString().equals(wanted))
          .findFirst()
          .orElse(found.isEmpty() ? null : found.getFirst());
    }
  }

  /**
   * Checks that a jar is ONNX Runtime's, of the version that fits, with libraries for this machine.
   *
   * @throws DeviceUnavailable saying what was expected and found
   */
  static void check(Path file) throws DeviceUnavailable {
    try (JarFile jar = new JarFile(file.toFile())) {
      @Nullable Manifest manifest = jar.getManifest();
      @Nullable String version =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
      if (!expectedVersion().equals(version)) {
        throw new DeviceUnavailable(
            "%s: expected ONNX Runtime %s, found version %s; %s"
                .formatted(file, expectedVersion(), version, GpuFailure.howToGetJar()));
      }
      String library =
          "ai/onnxruntime/native/"
              + NativeLibraries.platform()
              + "/"
              + System.mapLibraryName("onnxruntime_providers_cuda");
      if (jar.getEntry(library) == null) {
        throw new DeviceUnavailable(
            file
                + ": expected "
                + library
                + " in it, found none; cards work on linux-x64 and"
                + " win-x64 alone");
      }
    } catch (DeviceUnavailable e) {
      throw e;
    } catch (IOException e) {
      throw new DeviceUnavailable(file + ": cannot be read as a jar (" + e.getMessage() + ")", e);
    }
  }
}
