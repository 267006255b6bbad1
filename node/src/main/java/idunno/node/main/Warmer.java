package idunno.node.main;

import idunno.core.files.FileVersion;
import idunno.core.models.Model;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.worker.Beat;
import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusException;
import idunno.node.files.FileStore;
import idunno.node.inference.MemoryEvent;
import idunno.node.inference.ModelOpener;
import idunno.node.inference.WarmModels;
import idunno.node.logs.NodeLog;
import idunno.node.replica.ReplicatedState;
import idunno.node.wire.PeerReply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Models in this node's memory, and their files on its disk. */
final class Warmer implements AutoCloseable {
  private static final long GRACE_MS = 600_000;
  private static final long SWEEP_EVERY_MS = 60_000;
  private static final Duration CONFIRM_WITHIN = Duration.ofSeconds(10);

  private final NodeLog log;
  private final ModelFiles files;
  private final WarmModels models;
  private final long limitBytes;
  private final Thread sweeper;

  Warmer(
      ReplicatedState state,
      Consensus consensus,
      FileStore store,
      Path folder,
      NodeConfig.Models settings,
      NodeLog log)
      throws IOException {
    this.log = log;
    this.limitBytes = settings.memoryBytes();
    ModelOpener opener =
        ModelOpener.on(
            settings.device(),
            settings.shareWeights(),
            settings.memoryBytes(),
            why -> log.write("models-remark", "why", why));
    this.files = new ModelFiles(folder, new Cluster(state, consensus, store), opener, GRACE_MS);
    this.models =
        new WarmModels(
            (name, revision) -> files.fetch(new ModelKey(new ModelName(name), (int) revision)),
            opener,
            settings.memoryBytes(),
            this::tell);
    files.deleteLeftovers();
    log.write(
        "models-run-on",
        "device",
        settings.device(),
        "weights",
        opener.shares() ? "shared" : "own",
        "limitBytes",
        settings.memoryBytes(),
        "remark",
        settings.remark().orElse(""));
    this.sweeper = Thread.ofVirtual().name("model-sweeper").start(this::keepSweeping);
  }

  /** What the files need of the cluster, by this node's copy of the state. */
  private record Cluster(ReplicatedState state, Consensus consensus, FileStore store)
      implements ModelFiles.Source {
    @Override
    public Optional<? extends Map<String, FileVersion>> files(ModelKey key) {
      return state.read(s -> s.models().get(key)).map(Model::files);
    }

    @Override
    public void confirm() throws IOException {
      try {
        consensus.barrier(CONFIRM_WITHIN);
      } catch (ConsensusException.NotConfirmed e) {
        throw new IOException(e.getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("interrupted").initCause(e);
      }
    }

    @Override
    public void copy(FileVersion file, OutputStream out) throws IOException {
      store.copy(file, out);
    }
  }

  /**
   * Has a model in memory, loaded and tried out.
   *
   * @return how long that took, in milliseconds; 0 if it was warm
   * @throws Exception if it can't be loaded here
   */
  long warm(ModelKey key) throws Exception {
    long startedNanos = System.nanoTime();
    use(key).close();
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }

  /** The warm model, which stays in memory until the use is closed. */
  WarmModels.Use use(ModelKey key) throws Exception {
    WarmModels.Use use = models.use(key.name().value(), key.revision());
    Optional<String> shared = use.model().sharedAs();
    if (shared.isPresent()) {
      try {
        files.keepDigestOnly(key, shared.get());
      } catch (IOException e) {
        log.write("models-remark", "model", key, "why", "network kept twice on this disk: " + e);
      }
    }
    return use;
  }

  /** The models that are in memory now, and how much room they have. */
  Beat.ModelMemory memory() {
    List<WarmModels.Held> held = models.held();
    return new Beat.ModelMemory(
        held.stream()
            .map(one -> new ModelKey(new ModelName(one.model()), (int) one.version()))
            .toList(),
        held.stream().mapToLong(WarmModels.Held::bytes).sum(),
        limitBytes);
  }

  /** The models that are in memory now. */
  List<PeerReply.WarmOne> held() {
    return models.held().stream()
        .map(
            held ->
                new PeerReply.WarmOne(
                    new ModelKey(new ModelName(held.model()), (int) held.version()),
                    held.loadMillis(),
                    held.bytes(),
                    held.shared(),
                    held.device()))
        .toList();
  }

  private void tell(MemoryEvent event) {
    switch (event) {
      case MemoryEvent.Warmed(WarmModels.Held model) ->
          log.write(
              "model-warmed",
              "model",
              model.model() + "@" + model.version(),
              "tookMs",
              model.loadMillis(),
              "bytes",
              model.bytes(),
              "weights",
              model.shared() ? "shared" : "own",
              "device",
              model.device());
      case MemoryEvent.Evicted(WarmModels.Held model, long heldBytes, long limitBytes) ->
          log.write(
              "model-evicted",
              "model",
              model.model() + "@" + model.version(),
              "bytes",
              model.bytes(),
              "heldBytes",
              heldBytes,
              "limitBytes",
              limitBytes);
      case MemoryEvent.OverLimit(long heldBytes, long limitBytes) ->
          log.write("models-over-limit", "heldBytes", heldBytes, "limitBytes", limitBytes);
    }
  }

  private void keepSweeping() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(SWEEP_EVERY_MS);
        try {
          for (ModelKey key : files.outdated(System.nanoTime() / 1_000_000)) {
            models.drop(key.name().value(), key.revision());
            files.delete(key);
            log.write("model-files-deleted", "model", key);
          }
        } catch (IOException e) {
          log.write("models-remark", "why", "files of old models not deleted: " + e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
    sweeper.interrupt();
    models.close();
  }
}
