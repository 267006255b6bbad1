package idunno.node.inference;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.lwjgl.Version;
import org.lwjgl.system.Configuration;

/**
 * Unpacks the native libraries once per user instead of once per process.
 *
 * <p>Left alone, ONNX Runtime unpacks 28 MB to the temporary folder in every process, and a process
 * that is killed leaves them there. Here they lie in {@code IDUNNO_CACHE}, else in {@code
 * ~/.cache/idunno}, under {@code native/}, in a folder named by their checksum, so that two
 * versions never share one. A file appears under its name only when whole.
 */
final class NativeLibraries {
  private static final System.Logger LOG = System.getLogger(NativeLibraries.class.getName());
  private static final String ONNX_PATH_PROPERTY = "onnxruntime.native.path";

  static {
    Path folder = cacheFolder().resolve("native");
    try {
      makePrivate(folder);
      if (Configuration.SHARED_LIBRARY_EXTRACT_PATH.get() == null) {
        Configuration.SHARED_LIBRARY_EXTRACT_PATH.set(
            folder.resolve("lwjgl-%s-%s".formatted(platform(), lwjglVersion())).toString());
      }
      if (System.getProperty(ONNX_PATH_PROPERTY) == null) {
        unpackOnnxRuntime(folder)
            .ifPresent(path -> System.setProperty(ONNX_PATH_PROPERTY, path.toString()));
      }
    } catch (IOException e) {
      // The libraries then unpack themselves to the temporary folder: slower, but it works.
      LOG.log(
          System.Logger.Level.WARNING,
          "native libraries: cannot keep them in {0} ({1}); each process unpacks its own. Set"
              + " IDUNNO_CACHE to a folder that can be written",
          folder,
          e);
    }
  }

  private NativeLibraries() {}

  /** Must be called before the first use of ONNX Runtime or stb; does its work once. */
  static void prepare() {
    // The class initializer does it, once, with every other thread waiting.
  }

  private static Path cacheFolder() {
    String chosen = System.getenv("IDUNNO_CACHE");
    return chosen != null && !chosen.isBlank()
        ? Path.of(chosen).toAbsolutePath()
        : Path.of(System.getProperty("user.home", "."), ".cache", "idunno").toAbsolutePath();
  }

  private static Optional<Path> unpackOnnxRuntime(Path cache) throws IOException {
    String platform = platform();
    String main = System.mapLibraryName("onnxruntime");
    URL source =
        OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + platform + "/" + main);
    if (source == null) {
      return Optional.empty(); // ONNX Runtime itself will say which platforms it has
    }
    long sum = checksum(source);
    Path folder = cache.resolve("onnxruntime-" + platform + "-" + Long.toHexString(sum));
    makePrivate(folder);
    for (String name : new String[] {main, System.mapLibraryName("onnxruntime4j_jni")}) {
      URL library =
          OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + platform + "/" + name);
      if (library == null) {
        return Optional.empty();
      }
      unpack(library, folder.resolve(name));
    }
    return Optional.of(folder);
  }

  /**
   * Unpacks libwebp.
   *
   * @return the library's path
   * @throws IOException if there is none for this platform, or it can't be unpacked
   */
  static Path unpackWebp() throws IOException {
    String name = System.mapLibraryName("webp-imageio");
    String platform = platform();
    boolean arm = platform.endsWith("-aarch64");
    String system =
        platform.startsWith("linux") ? "Linux" : platform.startsWith("osx") ? "Mac" : "Windows";
    URL source =
        NativeLibraries.class.getResource(
            "/native/%s/%s/%s".formatted(system, arm ? "aarch64" : "x86_64", name));
    if (source == null) {
      throw new IOException("no " + name + " for " + platform + " on the class path");
    }
    Path folder = cacheFolder().resolve("native");
    try {
      folder = folder.resolve("webp-" + platform + "-" + Long.toHexString(checksum(source)));
      makePrivate(folder);
      unpack(source, folder.resolve(name));
    } catch (IOException e) {
      // As the others do, see above.
      folder = Files.createTempDirectory("idunno-webp-");
      unpack(source, folder.resolve(name));
    }
    return folder.resolve(name);
  }

  private static String lwjglVersion() {
    return Version.VERSION_MAJOR + "." + Version.VERSION_MINOR + "." + Version.VERSION_REVISION;
  }

  /** The names that ONNX Runtime's jar uses. */
  private static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String os = system.contains("win") ? "win" : system.contains("mac") ? "osx" : "linux";
    return os + (machine.equals("aarch64") || machine.equals("arm64") ? "-aarch64" : "-x64");
  }

  /**
   * Puts the library at {@code target} unless the same bytes are there: unpacked beside it, flushed
   * to the disk, then renamed, so that another process sees all of it or nothing.
   */
  static void unpack(URL source, Path target) throws IOException {
    if (Files.isRegularFile(target) && checksum(target.toUri().toURL()) == checksum(source)) {
      return;
    }
    Path folder = target.toAbsolutePath().getParent();
    Path part = Files.createTempFile(folder, target.getFileName().toString(), ".part");
    try (InputStream in = source.openStream()) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** From the jar's directory where there is one, so that nothing needs to be unpacked for it. */
  private static long checksum(URL source) throws IOException {
    if (source.openConnection() instanceof JarURLConnection jar) {
      long known = jar.getJarEntry().getCrc();
      if (known != -1) {
        return known;
      }
    }
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(source.openStream(), sum)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return sum.getValue();
  }

  private static void makePrivate(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }
}
