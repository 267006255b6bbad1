package idunno.node.client;

import idunno.core.files.FileName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All files below a folder of this machine, in the order of their names. */
final class LocalFolder {
  private LocalFolder() {}

  /**
   * One file.
   *
   * @param path where it is
   * @param name what it is called below the folder, with slashes
   * @param lengthBytes how long it is
   */
  record Entry(Path path, String name, long lengthBytes) {}

  /**
   * Lists a folder; links are followed.
   *
   * @param into the folder of the store that they go into
   * @throws LocalFailure if it can't be read, has nothing in it, or has something that is no file
   * @throws IllegalArgumentException if a name can't be one of the store's
   */
  static List<Entry> entries(Path folder, FileName into) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new LocalFailure(
          folder + (Files.exists(folder) ? " is no folder" : ": there is no such folder"), null);
    }
    List<Entry> found = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : (Iterable<Path>) paths.sorted()::iterator) {
        if (Files.isDirectory(path)) {
          continue;
        }
        if (!Files.isRegularFile(path)) {
          throw new LocalFailure(path + " is no regular file; move it out of the folder", null);
        }
        String name = folder.relativize(path).toString().replace('\\', '/');
        into.resolve(name);
        found.add(new Entry(path, name, Files.size(path)));
      }
    } catch (UncheckedIOException e) {
      throw new LocalFailure("the folder can't be read: " + e.getCause(), e);
    }
    if (found.isEmpty()) {
      throw new LocalFailure(folder + " has no files in it", null);
    }
    return List.copyOf(found);
  }
}
