package idunno.node.shell;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What pictures really show, as a file says: on each line a picture's name, then a tab, a comma or
 * spaces, then its class, as a number counted from 0 or as the model's label for it.
 *
 * @param classes the class of each picture, by the picture's name within its folder
 */
record TrueLabels(NavigableMap<String, String> classes) {
  private static final long MAX_BYTES = 64 << 20;

  TrueLabels {
    classes = new TreeMap<>(classes);
  }

  /**
   * Reads the file. Empty lines and lines that begin with {@code #} say nothing.
   *
   * @throws IOException if it can't be read, or a line has no class, or a picture has two
   */
  static TrueLabels read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("--labels: there is no file " + file);
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(
          "--labels: expected at most " + MAX_BYTES + " bytes, found " + Files.size(file));
    }
    try {
      return parse(file, Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (CharacterCodingException e) {
      throw new IOException("--labels " + file + ": expected UTF-8 text, found other bytes", e);
    }
  }

  private static TrueLabels parse(Path file, List<String> lines) throws IOException {
    NavigableMap<String, String> classes = new TreeMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String where = "--labels %s, line %d: ".formatted(file, i + 1);
      String[] parts = line.split(line.indexOf('\t') >= 0 ? "\t+" : "[,\\s]+", 2);
      if (parts.length < 2 || parts[1].isBlank()) {
        throw new IOException(where + "expected a picture and its class, found '" + line + "'");
      }
      if (classes.put(parts[0].strip(), parts[1].strip()) != null) {
        throw new IOException(where + parts[0] + " is there twice");
      }
    }
    if (classes.isEmpty()) {
      throw new IOException("--labels " + file + ": expected a picture on each line, found none");
    }
    return new TrueLabels(classes);
  }

  /** The class that a picture is said to show; none if nothing is said of it. */
  Optional<String> of(String picture) {
    return Optional.ofNullable(classes.get(picture));
  }

  /** Whether a guess is that class, by its number or by its label, whatever its case. */
  static boolean means(String wanted, int classIndex, String label) {
    return wanted.equals(Integer.toString(classIndex)) || fold(wanted).equals(fold(label));
  }

  private static String fold(String label) {
    return label.replace('_', ' ').strip().toLowerCase(Locale.ROOT);
  }

  /** Those that are not among the pictures that there are. */
  List<String> without(Map<String, ?> pictures) {
    return classes.keySet().stream().filter(name -> !pictures.containsKey(name)).toList();
  }
}
