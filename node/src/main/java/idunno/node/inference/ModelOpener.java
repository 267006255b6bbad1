package idunno.node.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.natives.CacheFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a node opens models: on which device, and whether with weights that all processes of the
 * machine share.
 *
 * <p>A model's folder may lack its network if it has a file {@value #DIGEST_FILE} with the
 * network's SHA-256 instead: then only a prepared form of it will do.
 */
public final class ModelOpener {
  /** Stands in for a network of which there is a prepared form: its SHA-256 in hexadecimal. */
  public static final String DIGEST_FILE = "network.sha256";

  private static final System.Logger LOG = System.getLogger(ModelOpener.class.getName());
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Device device;
  private final @Nullable PreparedModels prepared;
  private final long maxCardBytes;

  private final Consumer<String> aloud;

  ModelOpener(
      Device device, @Nullable PreparedModels prepared, long maxCardBytes, Consumer<String> aloud) {
    this.device = device;
    this.prepared = prepared;
    this.maxCardBytes = maxCardBytes;
    this.aloud = aloud;
  }

  /** On the processor, each process with weights of its own. */
  public static ModelOpener plain() {
    return new ModelOpener(Device.CPU, null, Long.MAX_VALUE, ModelOpener::warn);
  }

  /**
   * On a device; on the processor with weights that the processes of this user on this machine
   * share, in {@code IDUNNO_CACHE}, else {@code ~/.cache/idunno}, under {@code prepared/}. Where
   * that can't be written, this says so aloud and opens models with weights of their own.
   *
   * @param share whether to share at all
   * @param maxCardBytes the most memory of a card that one network may take
   * @param aloud is told what is not as it was wished: weights that are not shared, layers that do
   *     not run on the card
   */
  public static ModelOpener on(
      Device device, boolean share, long maxCardBytes, Consumer<String> aloud) {
    if (!share || !(device instanceof Device.Cpu)) {
      return new ModelOpener(device, null, maxCardBytes, aloud);
    }
    Path folder = CacheFolder.path().resolve("prepared");
    try {
      return new ModelOpener(
          device, new PreparedModels(folder, PreparedModels.Rules.DEFAULT), maxCardBytes, aloud);
    } catch (IOException e) {
      aloud.accept(
          "weights are not shared between the processes of this machine: "
              + e
              + "; set IDUNNO_CACHE to a folder of your own");
      return new ModelOpener(device, null, maxCardBytes, aloud);
    }
  }

  private static void warn(String what) {
    LOG.log(System.Logger.Level.WARNING, what);
  }

  /** What runs the networks. */
  public Device device() {
    return device;
  }

  /** Whether weights are shared between the processes of this machine where that is possible. */
  public boolean shares() {
    return prepared != null;
  }

  /**
   * Whether the network of a folder is at hand, itself or in a prepared form.
   *
   * @throws IOException if a file can't be read
   */
  public boolean hasNetwork(Path folder) throws IOException {
    if (Files.isRegularFile(folder.resolve(ModelCard.NETWORK_FILE))) {
      return true;
    }
    PreparedModels known = prepared;
    @Nullable String sha256 = readDigest(folder);
    return known != null && sha256 != null && known.has(sha256);
  }

  /**
   * About how much memory a model will take, before it is opened; 0 if its network is not at hand.
   *
   * @throws IOException if its length can't be read
   */
  long expectedBytes(Path folder) throws IOException {
    Path network = folder.resolve(ModelCard.NETWORK_FILE);
    if (Files.isRegularFile(network)) {
      return Files.size(network);
    }
    PreparedModels known = prepared;
    @Nullable String sha256 = readDigest(folder);
    return known != null && sha256 != null && known.has(sha256) ? known.networkBytes(sha256) : 0;
  }

  /**
   * Loads the model of a folder and tries it out.
   *
   * @param path a folder with the three files that {@link ModelCard} names
   * @throws UnfitModel if the folder's files do not fit together, saying which and how
   * @throws IOException if a file cannot be read
   */
  public WarmModel open(Path path) throws UnfitModel, IOException {
    long startedNanos = System.nanoTime();
    boolean isThere = Files.isRegularFile(path.resolve(ModelCard.NETWORK_FILE));
    ModelFolder folder =
        isThere || readDigest(path) == null
            ? ModelFolder.read(path)
            : ModelFolder.readBesideNetwork(path);
    @Nullable Loaded loaded = null;
    boolean opened = false;
    try {
      loaded = load(folder, isThere ? folder.network() : null, path);
      NetworkShape.check(loaded.session(), folder.card());
      WarmModel model = new WarmModel(folder, loaded, startedNanos);
      opened = true;
      return model;
    } catch (OrtException e) {
      throw new UnfitModel(
          ModelCard.NETWORK_FILE + ": ONNX Runtime cannot use it: " + e.getMessage(), e);
    } finally {
      if (!opened && loaded != null) {
        loaded.close();
      }
    }
  }

  private Loaded load(ModelFolder folder, @Nullable Path network, Path path)
      throws IOException, OrtException {
    return switch (device) {
      case Device.Cuda card -> onCard(present(network, path), card);
      case Device.Cpu cpu -> {
        @Nullable Loaded shared = shared(folder, network, path);
        if (shared != null) {
          yield shared;
        }
        Path own = present(network, path);
        yield new Loaded(Sessions.onCpu(own), cpu, Files.size(own), null, null);
      }
    };
  }

  private static Path present(@Nullable Path network, Path path) throws IOException {
    if (network == null) {
      throw new IOException(
          path
              + ": its network is not at hand any more, nor a prepared form of it; fetch it again");
    }
    return network;
  }

  private Loaded onCard(Path network, Device.Cuda card) throws IOException, OrtException {
    long bytes = Files.size(network);
    try {
      return new Loaded(
          Sessions.onCard(network, card, maxCardBytes, true), card, bytes, null, null);
    } catch (OrtException e) {
      aloud.accept(
          "not all of %s can run on %s; the rest runs on the processor (%s)"
              .formatted(network, card, e.getMessage()));
      return new Loaded(
          Sessions.onCard(network, card, maxCardBytes, false), card, bytes, null, null);
    }
  }

  private @Nullable Loaded shared(ModelFolder folder, @Nullable Path network, Path path)
      throws IOException {
    PreparedModels known = prepared;
    if (known == null || (network != null && !known.isFor(Files.size(network)))) {
      return null;
    }
    @Nullable String sha256 = network == null ? readDigest(path) : digest(network);
    if (sha256 == null) {
      return null;
    }
    try {
      PreparedModels.Opened opened = known.open(network, sha256, s -> sample(s, folder.card()));
      return new Loaded(opened.session(), Device.CPU, opened.networkBytes(), opened.hold(), sha256);
    } catch (NotPrepared e) {
      aloud.accept(
          "model %s: its weights are not shared with other processes: %s"
              .formatted(folder.card().name(), e.getMessage()));
      return null;
    }
  }

  /** Runs a session over one picture of numbers between -1 and 1, of no meaning. */
  private static float[] sample(OrtSession session, ModelCard card) throws OrtException {
    Preprocessing how = card.preprocessing();
    FloatBuffer input =
        ByteBuffer.allocateDirect(3 * how.width() * how.height() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < input.capacity(); i++) {
      input.put(i, (i * 0x9E3779B1) / (float) (1L << 31));
    }
    long[] shape =
        switch (how.layout()) {
          case NCHW -> new long[] {1, 3, how.height(), how.width()};
          case NHWC -> new long[] {1, how.height(), how.width(), 3};
        };
    String name = session.getInputNames().iterator().next();
    try (OnnxTensor tensor = OnnxTensor.createTensor(OnnxRuntime.environment(), input, shape);
        OrtSession.Result result = session.run(Map.of(name, tensor))) {
      FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[output.remaining()];
      output.get(values);
      return values;
    }
  }

  private static String digest(Path network) throws IOException {
    MessageDigest sha256 = Kernels.sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(network), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static @Nullable String readDigest(Path folder) throws IOException {
    Path file = folder.resolve(DIGEST_FILE);
    if (!Files.isRegularFile(file) || Files.size(file) > 1024) {
      return null;
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).strip();
    return DIGEST.matcher(text).matches() ? text : null;
  }
}
