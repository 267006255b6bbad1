package idunno.node.shell;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder of this machine that takes files under names of the store, and nothing outside of it:
 * not through a link, nor by a name that means something else to this file system.
 *
 * <p>Thread-safe.
 */
final class LocalTree {
  private final Path root;
  private final boolean foldsCase;
  private final Map<String, String> taken = new ConcurrentHashMap<>();

  /**
   * The tree below a folder.
   *
   * @param root an existing folder
   * @param foldsCase whether names that differ in case only are one name there
   */
  LocalTree(Path root, boolean foldsCase) throws IOException {
    this.root = root.toRealPath();
    this.foldsCase = foldsCase;
  }

  /** Makes the folder where it isn't there yet, and finds out how it treats names. */
  static LocalTree at(Path root) throws IOException {
    Files.createDirectories(root);
    Path probe = Files.createTempFile(root, ".idunno-case-", "");
    try {
      String upper = String.valueOf(probe.getFileName()).toUpperCase(Locale.ROOT);
      return new LocalTree(root, Files.exists(probe.resolveSibling(upper)));
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * Where a file goes; the folders above it are made.
   *
   * @param name its name below the folder, segments between slashes
   * @throws IOException if it can't go anywhere in the folder
   */
  Path place(String name) throws IOException {
    if (foldsCase) {
      String folded =
          Normalizer.normalize(name, Normalizer.Form.NFC)
              .toUpperCase(Locale.ROOT)
              .toLowerCase(Locale.ROOT);
      String other = taken.putIfAbsent(folded, name);
      if (other != null && !other.equals(name)) {
        throw new IOException("to this file system it is the same name as " + other);
      }
    }
    String[] segments = name.split("/", -1);
    Path at = root;
    for (int i = 0; i < segments.length - 1; i++) {
      at = at.resolve(child(segments[i]));
      makeFolder(at);
    }
    Path place = at.resolve(child(segments[segments.length - 1]));
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(place + " is a folder here");
    }
    return place;
  }

  private static Path child(String segment) throws IOException {
    Path child;
    try {
      child = Path.of(segment);
    } catch (InvalidPathException e) {
      throw new IOException("this machine can't have such a name: " + e.getReason(), e);
    }
    boolean plain =
        child.getRoot() == null
            && child.getNameCount() == 1
            && child.toString().equals(segment)
            && !segment.isEmpty()
            && !segment.equals(".")
            && !segment.equals("..");
    if (!plain) {
      throw new IOException("to this machine \"" + segment + "\" is more than a file's name");
    }
    return child;
  }

  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectory(folder);
      } catch (FileAlreadyExistsException e) {
        if (Files.isSymbolicLink(folder)) {
          throw new IOException(folder + " is a link, and nothing is written through links", e);
        }
        // Else another thread has just made it, or:
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException(folder + " is a file here, and should be a folder", e);
        }
      }
    }
  }
}
