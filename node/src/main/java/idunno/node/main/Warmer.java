package idunno.node.main;

import idunno.core.models.Model;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.node.files.FileStore;
import idunno.node.inference.WarmModel;
import idunno.node.inference.WarmModels;
import idunno.node.replica.ReplicatedState;
import idunno.node.wire.PeerReply;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Models in this node's memory, their files fetched from the store to a folder of its own: the
 * runtime reads a network from a path, and maps it.
 */
final class Warmer implements AutoCloseable {
  private final ReplicatedState state;
  private final FileStore files;
  private final Path folder;
  private final WarmModels models = new WarmModels(this::fetch);

  Warmer(ReplicatedState state, FileStore files, Path folder) {
    this.state = state;
    this.files = files;
    this.folder = folder;
  }

  /**
   * Has a model in memory, loaded and run once.
   *
   * @return how long that took, in milliseconds; 0 if it was warm
   * @throws Exception if it can't be loaded here
   */
  long warm(ModelKey key) throws Exception {
    long startedNanos = System.nanoTime();
    get(key);
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }

  /** The models that are in memory now. */
  List<PeerReply.WarmOne> held() {
    return models.held().stream()
        .map(
            held ->
                new PeerReply.WarmOne(
                    new ModelKey(new ModelName(held.model()), (int) held.version()),
                    held.loadMillis()))
        .toList();
  }

  /** The warm model. */
  WarmModel get(ModelKey key) throws Exception {
    return models.get(key.name().value(), key.revision());
  }

  private Path fetch(String name, long revision) throws IOException {
    ModelKey key = new ModelKey(new ModelName(name), (int) revision);
    Model model =
        state
            .read(s -> s.models().get(key))
            .orElseThrow(() -> new IOException("model " + key + " is not in the cluster's state"));
    Path home = folder.resolve(key.toString());
    if (Files.isDirectory(home)) {
      return home;
    }
    Path fresh = folder.resolve("incoming-" + UUID.randomUUID());
    Files.createDirectories(fresh);
    try {
      ModelFiles.fetch(files, model.files(), fresh);
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException e) {
      delete(fresh);
    } catch (IOException e) {
      delete(fresh);
      throw e;
    }
    return home;
  }

  /** Deletes a folder with all that is in it. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  @Override
  public void close() {
    models.close();
  }
}
