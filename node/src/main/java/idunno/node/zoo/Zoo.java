package idunno.node.zoo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Ready-trained networks and photos by name, and files from anywhere on the web.
 *
 * <p>What there is stands in the catalogue: the built-in one, and over it the user's own, which the
 * system property or environment variable {@value Catalogues#CATALOGUE_OVERRIDE} names, else {@code
 * .config/idunno/catalogue.json} at home. Each file is fetched once, is checked against the
 * checksum in the catalogue, and stays in a cache folder; a download that was cut off goes on where
 * it was. {@value Catalogues#REGISTRY_OVERRIDE}, a property or variable too, names another npm
 * registry. Any number of threads and processes may work in one cache folder at once.
 */
public final class Zoo {

  /** The environment variable that names the cache folder. */
  public static final String CACHE_OVERRIDE = "IDUNNO_CACHE";

  /** What is fetched at most from an address without a catalogue, if nothing else is said. */
  public static final long USUAL_MOST_BYTES = 4L << 30;

  private Zoo() {}

  /** The built-in networks' names; reads nothing of the user's. */
  public static List<String> names() {
    return Catalogues.builtInNames();
  }

  /**
   * All networks that there are to bring.
   *
   * @param catalogue the user's catalogue; empty for the usual one, if there is one
   * @throws IOException if the user's catalogue can't be read or is wrong; names file and field
   */
  public static List<CatalogueEntry> entries(Optional<Path> catalogue) throws IOException {
    Catalogue all = Catalogues.load(catalogue);
    return all.models().stream().map(all::entry).toList();
  }

  /** The same with the usual catalogue. */
  public static List<CatalogueEntry> entries() throws IOException {
    return entries(Optional.empty());
  }

  /** The names of ImageNet's 1,000 classes, in the order that its networks have them. */
  public static List<String> imagenetLabels() {
    return Labels.imagenet();
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
   * @param catalogue the user's catalogue; empty for the usual one, if there is one
   * @param name the name of one of {@link #entries()}
   * @param cacheDir the cache folder; made where it is missing
   * @param from where to take the network's file from
   * @return a folder with {@code model.onnx} (input N x 3 x height x width, output N x classes),
   *     {@code labels.txt} (a class name a line) and {@code model.json} (a {@link
   *     idunno.core.models.ModelCard}); not to be changed
   * @throws IllegalArgumentException if there is no network of this name; names those that there
   *     are
   * @throws IOException if it can't be had, is not what was expected, or can't be written, or the
   *     user's catalogue is wrong
   */
  public static Path prepare(
      Optional<Path> catalogue, String name, Path cacheDir, From from, Progress progress)
      throws IOException {
    return shelf(Catalogues.load(catalogue), cacheDir, progress).model(name, from);
  }

  /** The same with the usual catalogue. */
  public static Path prepare(String name, Path cacheDir, From from, Progress progress)
      throws IOException {
    return prepare(Optional.empty(), name, cacheDir, from, progress);
  }

  /** The same, from where the catalogue says. */
  public static Path prepare(String name, Path cacheDir, Progress progress) throws IOException {
    return prepare(name, cacheDir, From.origin(), progress);
  }

  /**
   * Brings the photos, or finds them in the cache at once.
   *
   * @param cacheDir the cache folder; made where it is missing
   * @throws IOException as {@link #prepare} does
   */
  public static List<Picture> pictures(Path cacheDir, Progress progress) throws IOException {
    return shelf(Catalogues.load(Optional.empty()), cacheDir, progress).pictures();
  }

  /**
   * Fetches any file of the web. A download that was cut off goes on where it was, if the checksum
   * is given or the server can tell versions apart.
   *
   * @param from its address
   * @param checksum what it must hash to; empty for a file that nobody has pinned yet, whose
   *     checksum in the answer should be shown to the user
   * @param mostBytes how long it may be at most, such as {@link #USUAL_MOST_BYTES}
   * @param cacheDir the cache folder, where unfinished downloads are kept; made where it is missing
   * @return the file; to be closed when it has been read
   * @throws IllegalArgumentException if the address is none of the web
   * @throws IOException if it can't be had, is too long or has another checksum
   */
  public static Fetched fetch(
      URI from, Optional<Checksum> checksum, long mostBytes, Path cacheDir, Progress progress)
      throws IOException {
    return fetch(
        new Download(Download.Patience.USUAL), from, checksum, mostBytes, cacheDir, progress);
  }

  static Fetched fetch(
      Download download,
      URI from,
      Optional<Checksum> checksum,
      long mostBytes,
      Path cacheDir,
      Progress progress)
      throws IOException {
    WebAddress.check(from);
    String last = WebAddress.fileName(from);
    String name = Source.isFileName(last) ? last : "download";
    Wanted wanted =
        new Wanted(
            name,
            OptionalLong.empty(),
            mostBytes,
            checksum,
            "give its path instead of the address");
    String key =
        checksum
            .map(Checksum::key)
            .orElseGet(() -> "url-" + Checksum.ofText(from.toString()).key());
    Path downloads = cacheDir.resolve("downloads").toAbsolutePath();
    Path folder = Scratch.beside(downloads.resolve(name));
    Files.createDirectory(folder);
    Path file = folder.resolve(name);
    try {
      download.fetch(from, wanted, downloads, key, file, progress);
      return new Fetched(file, Files.size(file), Checksum.of(file, Checksum.Algorithm.SHA256));
    } catch (IOException | RuntimeException e) {
      Scratch.delete(folder);
      throw e;
    }
  }

  private static Shelf shelf(Catalogue catalogue, Path cacheDir, Progress progress) {
    return new Shelf(catalogue, new Download(Download.Patience.USUAL), cacheDir, progress);
  }
}
