package idunno.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One Java source of the project.
 *
 * @param path relative to the root of the project, with {@code /} between names
 * @param text the whole text
 */
record SourceFile(String path, String text) {
  /** The root of the project: tests run in the folder of their module. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Every Java source of every module, sorted by path. */
  static List<SourceFile> all() {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .filter(module -> Files.isRegularFile(module.resolve("pom.xml")))
          .map(module -> module.resolve("src"))
          .filter(Files::isDirectory)
          .sorted()
          .flatMap(SourceFile::under)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("list the modules of " + ROOT, e);
    }
  }

  private static Stream<SourceFile> under(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .sorted()
          .map(SourceFile::read)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException("walk " + folder, e);
    }
  }

  private static SourceFile read(Path file) {
    String path = ROOT.relativize(file).toString().replace('\\', '/');
    try {
      return new SourceFile(path, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("read " + path, e);
    }
  }

  /** The name without its folder, for example {@code Range.java}. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Whether this is a test: in a test folder, or in the module of tests alone. */
  boolean isTest() {
    return path.contains("/src/test/") || path.startsWith("system-tests/");
  }
}
