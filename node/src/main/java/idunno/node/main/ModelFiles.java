package idunno.node.main;

import idunno.core.files.FileVersion;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.node.inference.ModelOpener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The files of models on this node's disk, a folder for each revision, fetched from the store since
 * the runtime reads a network from a path.
 *
 * <p>A network whose weights are shared lies prepared in another place, where all processes of the
 * machine map it; here its checksum then stands for it. Revisions that the cluster no longer has go
 * after a grace time: a node that has just started does not know yet what the cluster has.
 */
final class ModelFiles {
  private static final String INCOMING = "incoming-";

  /** What this needs of the cluster. */
  interface Source {
    /** The files of a model by their names; empty if the cluster has no such revision. */
    Optional<? extends Map<String, FileVersion>> files(ModelKey key);

    /**
     * Waits until {@link #files} tells of all that was added before.
     *
     * @throws IOException if that can't be confirmed now
     */
    void confirm() throws IOException;

    /**
     * Writes a file's bytes.
     *
     * @throws IOException if no replica has them now
     */
    void copy(FileVersion file, OutputStream out) throws IOException;
  }

  private final Path folder;
  private final Source source;
  private final ModelOpener opener;
  private final long graceMs;
  private final Map<ModelKey, Long> unknownSince = new HashMap<>();

  /**
   * Opens the folder; it is made when the first model is fetched.
   *
   * @param graceMs how long a revision must have been unknown before its files go
   */
  ModelFiles(Path folder, Source source, ModelOpener opener, long graceMs) {
    this.folder = folder;
    this.source = source;
    this.opener = opener;
    this.graceMs = graceMs;
  }

  /**
   * The folder of a revision with all that opening it needs, fetched if it is not here.
   *
   * @throws IOException if the cluster has no such revision, or no replica its files now
   */
  Path fetch(ModelKey key) throws IOException {
    Path home = folder.resolve(key.toString());
    if (source.files(key).isEmpty()) {
      source.confirm(); // it may be so new that this node hasn't heard of it
    }
    Map<String, FileVersion> files =
        source
            .files(key)
            .orElseThrow(
                () ->
                    new IOException(
                        "model " + key + " is not in the cluster's state; was it removed?"));
    if (!Files.isDirectory(home)) {
      fetchAll(files, home);
    } else if (!opener.hasNetwork(home)) {
      fetchNetwork(key, files, home);
    }
    return home;
  }

  private void fetchAll(Map<String, FileVersion> files, Path home) throws IOException {
    Path fresh = folder.resolve(INCOMING + UUID.randomUUID());
    Files.createDirectories(fresh);
    try {
      for (Map.Entry<String, FileVersion> part : files.entrySet()) {
        copy(part.getValue(), fresh.resolve(part.getKey()));
      }
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException e) {
      Warmer.delete(fresh);
    } catch (IOException e) {
      Warmer.delete(fresh);
      throw e;
    }
  }

  private void fetchNetwork(ModelKey key, Map<String, FileVersion> files, Path home)
      throws IOException {
    FileVersion network = files.get(ModelCard.NETWORK_FILE);
    if (network == null) {
      throw new IOException("model " + key + ": expected " + ModelCard.NETWORK_FILE + ", has none");
    }
    Path fresh = home.resolve(INCOMING + UUID.randomUUID());
    try {
      copy(network, fresh);
      Files.move(fresh, home.resolve(ModelCard.NETWORK_FILE), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private void copy(FileVersion file, Path to) throws IOException {
    try (OutputStream out = Files.newOutputStream(to)) {
      source.copy(file, out);
    }
  }

  /**
   * Lets the checksum stand for the network, whose prepared form is in use. Nothing happens if it
   * does already.
   *
   * @param sha256 the network's checksum, in hexadecimal digits
   * @throws IOException if the folder can't be written
   */
  void keepDigestOnly(ModelKey key, String sha256) throws IOException {
    Path home = folder.resolve(key.toString());
    Path network = home.resolve(ModelCard.NETWORK_FILE);
    if (!Files.exists(network)) {
      return;
    }
    Path fresh = home.resolve(INCOMING + UUID.randomUUID());
    try {
      Files.writeString(fresh, sha256 + "\n", StandardCharsets.US_ASCII);
      Files.move(fresh, home.resolve(ModelOpener.DIGEST_FILE), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    Files.deleteIfExists(network);
  }

  /**
   * Deletes what fetches of an earlier life have left behind; nothing must be fetched meanwhile.
   */
  void deleteLeftovers() throws IOException {
    for (Path one : list()) {
      if (one.getFileName().toString().startsWith(INCOMING)) {
        Warmer.delete(one);
      }
    }
  }

  /**
   * The revisions on this disk that the cluster has not had for the grace time.
   *
   * @param nowMs the time, by a clock that only goes forward
   */
  List<ModelKey> outdated(long nowMs) throws IOException {
    List<ModelKey> here =
        list().stream()
            .map(one -> key(one.getFileName().toString()))
            .flatMap(Optional::stream)
            .toList();
    unknownSince.keySet().retainAll(here);
    for (ModelKey key : here) {
      if (source.files(key).isPresent()) {
        unknownSince.remove(key);
      } else {
        unknownSince.putIfAbsent(key, nowMs);
      }
    }
    return unknownSince.entrySet().stream()
        .filter(one -> nowMs - one.getValue() >= graceMs)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Deletes the files of a revision, which must not be in memory. */
  void delete(ModelKey key) throws IOException {
    Warmer.delete(folder.resolve(key.toString()));
  }

  private List<Path> list() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  private static Optional<ModelKey> key(String name) {
    int at = name.lastIndexOf('@');
    try {
      return at < 0
          ? Optional.empty()
          : Optional.of(
              new ModelKey(
                  new ModelName(name.substring(0, at)), Integer.parseInt(name.substring(at + 1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // somebody else's
    }
  }
}
