package idunno.node.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** The folder that all processes of one user on one machine share. */
public final class CacheFolder {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private CacheFolder() {}

  /** {@code IDUNNO_CACHE}, else {@code ~/.cache/idunno}. */
  public static Path path() {
    String chosen = System.getenv("IDUNNO_CACHE");
    return chosen != null && !chosen.isBlank()
        ? Path.of(chosen).toAbsolutePath()
        : Path.of(System.getProperty("user.home", "."), ".cache", "idunno").toAbsolutePath();
  }

  /** Makes a folder that only this user may look into; one that is there is left as it is. */
  public static void makePrivate(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (knowsPermissions(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  /**
   * Checks that nobody else can put files into a folder that is trusted.
   *
   * @throws IOException if others may write there
   */
  public static void checkPrivate(Path folder) throws IOException {
    if (knowsPermissions(folder)) {
      Set<PosixFilePermission> found = Files.getPosixFilePermissions(folder);
      if (found.stream().anyMatch(OTHERS_WRITE::contains)) {
        throw new IOException(
            "%s: expected a folder that only its owner may write to, found %s; chmod 700 it"
                .formatted(folder, PosixFilePermissions.toString(found)));
      }
    }
  }

  private static boolean knowsPermissions(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
