package idunno.node.natives;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import org.lwjgl.Version;
import org.lwjgl.system.Configuration;

/**
 * Unpacks the native libraries once per user instead of once per process.
 *
 * <p>Left alone, ONNX Runtime unpacks 28 MB to the temporary folder in every process (with a card
 * 614 MB), and a process that is killed leaves them there. Here they lie in {@code IDUNNO_CACHE},
 * else in {@code ~/.cache/idunno}, under {@code native/}, in a folder named by their checksum, so
 * that two versions never share one. A file appears under its name only when whole.
 *
 * <p>ONNX Runtime for cards has the same Java classes as the one without; only its libraries
 * differ. So its jar need not be on the class path: {@link #takeFrom} says where it is.
 */
public final class NativeLibraries {
  private static final System.Logger LOG = System.getLogger(NativeLibraries.class.getName());
  private static final String ONNX_PATH_PROPERTY = "onnxruntime.native.path";
  private static final String MAIN = "onnxruntime";
  private static final String BINDING = "onnxruntime4j_jni";
  private static final String SHARED_PROVIDER = "onnxruntime_providers_shared";
  private static final String CUDA_PROVIDER = "onnxruntime_providers_cuda";

  private static @Nullable Path jar;
  private static boolean prepared;
  private static boolean unpacked;

  private NativeLibraries() {}

  /**
   * Has ONNX Runtime's libraries come from a jar instead of from the class path.
   *
   * @throws IllegalStateException if they have been loaded already
   */
  public static synchronized void takeFrom(Path file) {
    if (prepared && !file.equals(jar)) {
      throw new IllegalStateException("ONNX Runtime's libraries are loaded already");
    }
    jar = file;
  }

  /** Must be called before the first use of ONNX Runtime or stb; does its work once. */
  public static synchronized void prepare() {
    if (prepared) {
      return;
    }
    prepared = true;
    Path folder = CacheFolder.path().resolve("native");
    try {
      CacheFolder.makePrivate(folder);
      if (Configuration.SHARED_LIBRARY_EXTRACT_PATH.get() == null) {
        Configuration.SHARED_LIBRARY_EXTRACT_PATH.set(
            folder.resolve("lwjgl-%s-%s".formatted(platform(), lwjglVersion())).toString());
      }
      if (System.getProperty(ONNX_PATH_PROPERTY) == null) {
        @Nullable Path libraries = unpackOnnxRuntime(folder);
        if (libraries != null) {
          System.setProperty(ONNX_PATH_PROPERTY, libraries.toString());
          unpacked = true;
        }
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

  /** Whether the libraries that are or will be loaded can use a card. */
  public static synchronized boolean haveCuda() {
    String library = System.mapLibraryName(CUDA_PROVIDER);
    @Nullable String chosen = unpacked ? null : System.getProperty(ONNX_PATH_PROPERTY);
    return chosen == null
        ? resource(library) != null
        : Files.isRegularFile(Path.of(chosen, library));
  }

  private static @Nullable Path unpackOnnxRuntime(Path cache) throws IOException {
    Map<String, URL> libraries = new LinkedHashMap<>();
    for (String name : List.of(MAIN, BINDING, SHARED_PROVIDER, CUDA_PROVIDER)) {
      @Nullable URL library = resource(System.mapLibraryName(name));
      if (library != null) {
        libraries.put(System.mapLibraryName(name), library);
      }
    }
    @Nullable URL main = libraries.get(System.mapLibraryName(MAIN));
    if (main == null || !libraries.containsKey(System.mapLibraryName(BINDING))) {
      return null; // ONNX Runtime itself will say which platforms it has
    }
    Path folder =
        cache.resolve("onnxruntime-" + platform() + "-" + Long.toHexString(checksum(main)));
    CacheFolder.makePrivate(folder);
    for (Map.Entry<String, URL> library : libraries.entrySet()) {
      unpack(library.getValue(), folder.resolve(library.getKey()));
    }
    return folder;
  }

  /** A library of ONNX Runtime's for this platform; null if there is none. */
  private static @Nullable URL resource(String library) {
    String path = "/ai/onnxruntime/native/" + platform() + "/" + library;
    @Nullable Path from = jar;
    if (from == null) {
      return OrtEnvironment.class.getResource(path);
    }
    try {
      URL inside = URI.create("jar:" + from.toUri() + "!" + path).toURL();
      try (InputStream _ = inside.openStream()) {
        return inside;
      }
    } catch (MalformedURLException e) {
      throw new IllegalStateException(from + " has a path that is no URL", e);
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Unpacks libwebp.
   *
   * @return the library's path
   * @throws IOException if there is none for this platform, or it can't be unpacked
   */
  public static Path unpackWebp() throws IOException {
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
    Path folder = CacheFolder.path().resolve("native");
    try {
      folder = folder.resolve("webp-" + platform + "-" + Long.toHexString(checksum(source)));
      CacheFolder.makePrivate(folder);
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
  public static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String os = system.contains("win") ? "win" : system.contains("mac") ? "osx" : "linux";
    return os + (machine.equals("aarch64") || machine.equals("arm64") ? "-aarch64" : "-x64");
  }

  /**
   * Puts the library at {@code target} unless the same bytes are there: unpacked beside it, flushed
   * to the disk, then renamed, so that another process sees all of it or nothing.
   */
  public static void unpack(URL source, Path target) throws IOException {
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
    if (source.openConnection() instanceof JarURLConnection archive) {
      long known = archive.getJarEntry().getCrc();
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
}
