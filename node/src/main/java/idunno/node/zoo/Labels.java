package idunno.node.zoo;

import idunno.core.models.ModelCard;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Class names in the order of a network's outputs, from the forms that they come in. */
final class Labels {

  /** What a catalogue calls the names of ImageNet's 1,000 classes. */
  static final String IMAGENET = "imagenet";

  /** How a user's catalogue names a file of its own, relative to itself. */
  static final String FILE = "file:";

  private static final long MOST_BYTES = 4 << 20;

  private Labels() {}

  /** The names of ImageNet's 1,000 classes, of several names of a class the first. */
  static List<String> imagenet() {
    try (InputStream in = Labels.class.getResourceAsStream("/zoo/imagenet-labels.txt")) {
      if (in == null) {
        throw new IllegalStateException("zoo/imagenet-labels.txt: not on the class path");
      }
      return lines(in.readAllBytes(), 1_000, 0);
    } catch (IOException e) {
      throw new IllegalStateException("zoo/imagenet-labels.txt: " + e.getMessage(), e);
    }
  }

  /** Names from a file of the user's. */
  static List<String> file(Path file, ModelCard.Output output) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("labels: no such file: " + file);
    }
    long bytes = Files.size(file);
    if (bytes > MOST_BYTES) {
      throw new IOException(
          "labels: expected at most " + MOST_BYTES + " bytes in " + file + ", found " + bytes);
    }
    return read(file.toString(), Files.readAllBytes(file), output);
  }

  /**
   * Names from a file's bytes: a JSON object where the name ends in {@code .json}, else text.
   *
   * @param bytes null where there is no such file in the tarball
   */
  static List<String> read(String name, byte @Nullable [] bytes, ModelCard.Output output)
      throws IOException {
    if (bytes == null) {
      throw new IOException("labels: no " + name + " in the tarball");
    }
    return name.endsWith(".json")
        ? json(bytes, output.classes())
        : lines(bytes, output.classes(), output.skip());
  }

  /**
   * Names from UTF-8 text, one a line.
   *
   * @param skip how many lines may stand before the first class, for outputs that mean none
   */
  static List<String> lines(byte[] text, int classes, int skip) throws IOException {
    List<String> lines;
    try {
      String decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      lines = decoded.lines().map(String::strip).toList();
    } catch (CharacterCodingException e) {
      throw new IOException("labels: expected UTF-8 text, found other bytes", e);
    }
    List<String> labels =
        lines.size() == classes + skip ? lines.subList(skip, lines.size()) : lines;
    checkCount(labels.size(), classes);
    for (int i = 0; i < classes; i++) {
      checkPrintable(i, labels.get(i));
    }
    return List.copyOf(labels);
  }

  /**
   * Names from a JSON object {@code {"0": "tench, Tinca tinca", ...}}: of several names the first,
   * with spaces for underscores.
   */
  static List<String> json(byte[] json, int classes) throws IOException {
    try {
      JsonNode names = JsonMapper.shared().readTree(json);
      checkCount(names.size(), classes);
      List<String> labels = new ArrayList<>();
      for (int i = 0; i < classes; i++) {
        String all = names.required(Integer.toString(i)).stringValue();
        String first = all.split(",", 2)[0].replace('_', ' ').strip();
        checkPrintable(i, first);
        labels.add(first);
      }
      return labels;
    } catch (JacksonException e) {
      throw new IOException("labels: " + e.getMessage(), e);
    }
  }

  private static void checkCount(int found, int classes) throws IOException {
    if (found != classes) {
      throw new IOException("labels: expected " + classes + ", found " + found);
    }
  }

  private static void checkPrintable(int index, String label) throws IOException {
    if (label.isEmpty() || label.chars().anyMatch(Character::isISOControl)) {
      throw new IOException("labels: class " + index + " has no printable name");
    }
  }
}
