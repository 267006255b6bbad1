package idunno.node.zoo;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.codec.Codec;
import idunno.node.convert.Converters;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cache folder, filled from a catalogue:
 *
 * <pre>
 * downloads/PACKAGE-VERSION.tgz   as fetched, and other files
 * models/NAME-FINGERPRINT/        model.onnx, labels.txt, model.json
 * pictures/FINGERPRINT/           the photos
 * </pre>
 *
 * A finished folder is never changed: it is made under another name and renamed, and what it is
 * made from is in its fingerprint, so that a newer catalogue or conversion makes a new folder.
 */
final class Shelf {

  /** Part of the fingerprints: to be raised when a conversion's result changes. */
  private static final int CONVERSION = 2;

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
  Path model(String name, From from) throws IOException {
    Catalogue.Network network = catalogue.model(name);
    Source source = catalogue.source(network.source());
    String labels = isOutside(network.labels()) ? String.join("\n", given(network)) : "";
    String fingerprint = fingerprint(CONVERSION + " " + catalogue.card(network) + network + labels);
    String byHand = "run: model pull " + name + " --from FILE";
    return folder(
        cache.resolve("models").resolve(name + "-" + fingerprint),
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE),
        folder -> convert(network, fetched(source, from, byHand), folder));
  }

  /** See {@link Zoo#pictures}. */
  List<Picture> pictures() throws IOException {
    List<Catalogue.Photo> photos = catalogue.pictures();
    StringBuilder origin = new StringBuilder();
    Map<String, List<Catalogue.Photo>> bySource = new LinkedHashMap<>();
    for (Catalogue.Photo photo : photos) {
      origin.append(catalogue.source(photo.source()).checksum()).append(photo);
      bySource.computeIfAbsent(photo.source(), s -> new ArrayList<>()).add(photo);
    }
    Path folder =
        folder(
            cache.resolve("pictures").resolve(fingerprint(origin.toString())),
            photos.stream().map(Catalogue.Photo::name).toList(),
            to -> {
              for (Map.Entry<String, List<Catalogue.Photo>> each : bySource.entrySet()) {
                unpack(fetchedForPictures(catalogue.source(each.getKey())), each.getValue(), to);
              }
            });
    return photos.stream()
        .map(photo -> new Picture(photo.name(), folder.resolve(photo.name()), photo.expected()))
        .toList();
  }

  private Path fetchedForPictures(Source source) throws IOException {
    Path file = cache.resolve("downloads").resolve(source.fileName());
    return fetched(source, From.origin(), "put it at " + file + " and run again");
  }

  private Path fetched(Source source, From from, String byHand) throws IOException {
    Path folder = cache.resolve("downloads");
    Path file = folder.resolve(source.fileName());
    Wanted wanted = Wanted.pinned(source, byHand);
    Optional<URI> address =
        switch (from) {
          case From.Origin() -> Optional.of(catalogue.location(source));
          case From.Mirror(URI base) -> Optional.of(source.at(base));
          case From.Local(Path path) -> {
            LocalCopy.bring(path, source.namesInFolder(), wanted, file, progress);
            yield Optional.empty();
          }
        };
    if (address.isPresent()) {
      String key = source.checksum().key();
      download.fetch(address.get(), wanted, folder, key, file, progress);
    }
    return file;
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

  private void convert(Catalogue.Network network, Path fetched, Path folder) throws IOException {
    ModelCard card = network.card();
    progress.step("converting " + card.name() + " to ONNX");
    Path source = Files.createDirectory(folder.resolve("source"));
    List<String> labels;
    try {
      labels = network.entry().isPresent() ? unpacked(network, fetched, source) : given(network);
      Path file = network.entry().map(entry -> source.resolve(lastPart(entry))).orElse(fetched);
      OnnxNetwork read = Converters.read(file, hints(network));
      check(read, card);
      read.file().write(folder.resolve(ModelCard.NETWORK_FILE));
    } catch (IOException e) {
      throw new IOException("convert " + fetched.getFileName() + ": " + e.getMessage(), e);
    } finally {
      Scratch.delete(source);
    }
    Files.write(folder.resolve(ModelCard.LABELS_FILE), labels);
    Files.write(
        folder.resolve(ModelCard.CARD_FILE), Codec.prettyJson().encode(catalogue.card(network)));
  }

  private static Hints hints(Catalogue.Network network) {
    ModelCard.Output output = network.card().output();
    Preprocessing input = network.card().preprocessing();
    Hints hints = Hints.of(input.height(), input.width(), output.classes() + output.skip());
    return network.architecture().map(hints::withArchitecture).orElse(hints);
  }

  /** A card that does not describe its network would give wrong answers, not errors. */
  private static void check(OnnxNetwork network, ModelCard card) throws IOException {
    Preprocessing input = card.preprocessing();
    String wanted = shape(input.layout(), input.height(), input.width(), outputs(card));
    String found = shape(network.layout(), network.height(), network.width(), network.outputs());
    if (!wanted.equals(found)) {
      throw new IOException("card: says " + wanted + ", the network has " + found);
    }
  }

  private static int outputs(ModelCard card) {
    return card.output().classes() + card.output().skip();
  }

  private static String shape(Preprocessing.Layout layout, int height, int width, int outputs) {
    return layout + " " + height + " x " + width + " and " + outputs + " outputs";
  }

  /** Takes the network out of its tarball, with the weights beside it; {@return its labels} */
  private List<String> unpacked(Catalogue.Network network, Path tarball, Path to)
      throws IOException {
    String entry = network.entry().orElseThrow();
    String beside = entry.substring(0, entry.lastIndexOf('/') + 1);
    Map<String, byte[]> files =
        Tarball.read(
            tarball,
            name ->
                name.equals(entry)
                    || name.equals(network.labels())
                    || (name.startsWith(beside) && name.endsWith(".bin")),
            LIMITS);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(to.resolve(lastPart(file.getKey())), file.getValue());
    }
    return isOutside(network.labels())
        ? given(network)
        : Labels.read(network.labels(), files.get(network.labels()), network.card().output());
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static boolean isOutside(String labels) {
    return labels.equals(Labels.IMAGENET) || labels.startsWith(Labels.FILE);
  }

  /** Labels that do not come with the network. */
  private static List<String> given(Catalogue.Network network) throws IOException {
    int classes = network.card().output().classes();
    if (network.labels().equals(Labels.IMAGENET)) {
      List<String> labels = Labels.imagenet();
      if (labels.size() != classes) {
        throw new IOException("labels: imagenet has " + labels.size() + ", expected " + classes);
      }
      return labels;
    }
    Path catalogue = network.catalogue().orElseThrow();
    String path = network.labels().substring(Labels.FILE.length());
    return Labels.file(catalogue.resolveSibling(path), network.card().output());
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
    return Checksum.ofText(origin).text().substring(0, 12);
  }
}
