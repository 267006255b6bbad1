package idunno.node.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.core.models.ModelCard;
import idunno.core.models.SmokeTest;
import idunno.node.onnx.Initializers;
import idunno.node.pictures.Preprocessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory, checked, tried out, and ready for any number of threads.
 *
 * <p>All threads share one session with one thread of its own per run: on the same cores this is
 * faster than one run over several threads, and holds the weights once. What a run needs besides, a
 * {@link Lane}, is lent to one batch at a time and kept for the next.
 */
public final class WarmModel implements AutoCloseable {
  /** The most pictures in one run: more gain nothing, in most networks, and cost memory. */
  private static final int MOST_PER_RUN = 8;

  /**
   * The most in one run of a heavy network. A run reads all weights once, and if they are more than
   * the processor keeps near, its pictures share the cost: AlexNet (233 MiB) classifies 5 % more in
   * runs of 16 than of 8, and no more in runs of 32; ResNet-18 (45 MiB) gains nothing.
   */
  private static final int MOST_PER_HEAVY_RUN = 16;

  private static final long HEAVY_BYTES = 128L << 20;

  /** Odd, for a median. */
  private static final int SMOKE_RUNS = 3;

  /**
   * What ONNX Runtime needs for a run, in multiples of the input: between these, for what was
   * measured may have other threads' memory in it. AlexNet was seen to need 8, ResNet-18 15,
   * EfficientNet-B0 43.
   */
  private static final int LEAST_WORK = 4;

  private static final int MOST_WORK = 64;

  /** The most memory for one lane's input. */
  private static final int MOST_INPUT_BYTES = 64 << 20;

  private final ModelFolder folder;
  private final Loaded loaded;
  private final OrtSession session;
  private final Preprocessor preprocessor;
  private final int picturesPerRun;
  private final long laneBytes;
  private final long loadMillis;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition laneReturned = lock.newCondition();
  private final ArrayDeque<Lane> idle = new ArrayDeque<>();
  private int lanes;
  private int lent;
  private boolean closing;
  private boolean closed;

  /** Takes the session over once it has shown itself fit; until then it is the caller's. */
  WarmModel(ModelFolder folder, Loaded loaded, long startedNanos) throws UnfitModel, OrtException {
    this.folder = folder;
    this.loaded = loaded;
    this.session = loaded.session();
    this.preprocessor = new Preprocessor(folder.card().preprocessing());
    int most = picturesPerRun(loaded, folder.card());
    Lane first = lane(most);
    Trial.Found found;
    try {
      found = Trial.run(first, most, folder.card());
    } catch (UnfitModel | OrtException e) {
      first.free();
      throw e;
    }
    long inputBytes = (long) Float.BYTES * preprocessor.floatsPerPicture() * most;
    this.laneBytes =
        first.bytes()
            + Math.clamp(found.workBytes(), LEAST_WORK * inputBytes, MOST_WORK * inputBytes);
    if (found.mixes()) {
      first.free();
      this.picturesPerRun = 1;
    } else {
      this.picturesPerRun = most;
      idle.push(first);
      lanes = 1;
    }
    this.loadMillis = (System.nanoTime() - startedNanos) / 1_000_000;
  }

  /**
   * Loads the model of a folder on the processor, with weights of this process's own, and tries it
   * out; {@link ModelOpener} has other ways.
   *
   * @param path a folder with the three files that {@link ModelCard} names
   * @throws UnfitModel if the folder's files do not fit together, saying which and how
   * @throws IOException if a file cannot be read
   */
  public static WarmModel open(Path path) throws UnfitModel, IOException {
    return ModelOpener.plain().open(path);
  }

  private Lane lane(int most) {
    return new Lane(this, OnnxRuntime.environment(), session, preprocessor, most);
  }

  /** What the model says of itself. */
  public ModelCard card() {
    return folder.card();
  }

  /** The names of the classes, in the order of their numbers. */
  public List<String> labels() {
    return folder.labels();
  }

  /** How long loading and the first run took, in milliseconds. */
  public long loadMillis() {
    return loadMillis;
  }

  /**
   * How many pictures go into one run at most; depends on the model alone. 1 for a network that
   * takes one picture at a time, or whose answer for a picture depends on the others of its run.
   */
  public int picturesPerRun() {
    return picturesPerRun;
  }

  /** What runs it. */
  public Device device() {
    return loaded.device();
  }

  /**
   * The SHA-256 of its network, in hexadecimal digits, if its weights are shared with other
   * processes of this machine: then it can be opened again without the network itself.
   */
  public Optional<String> sharedAs() {
    return Optional.ofNullable(loaded.sha256());
  }

  /**
   * What it takes in memory, in bytes: its weights, counted as long as its ONNX file, and for each
   * thread that has run it inputs, outputs and what ONNX Runtime was seen to need for a run.
   */
  public long bytes() {
    lock.lock();
    try {
      return loaded.weightBytes() + Math.max(1, lanes) * laneBytes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Measures it; loading and the first runs have shown already that it is fit for use.
   *
   * @throws IOException if its network can't be run now, or its file not be read
   */
  public SmokeTest smoke() throws IOException {
    Path network = folder.network();
    long parameters = Files.isRegularFile(network) ? Initializers.parameters(network) : 0;
    try (Lane lane = borrow()) {
      Trial.fill(lane, 0, picturesPerRun);
      return new SmokeTest(
          loadMillis,
          medianMicros(lane, 1),
          medianMicros(lane, picturesPerRun),
          picturesPerRun,
          loaded.weightBytes() + laneBytes,
          parameters);
    } catch (OrtException e) {
      throw new IOException("model " + card().name() + " could not be run: " + e.getMessage(), e);
    }
  }

  private static long medianMicros(Lane lane, int pictures) throws OrtException {
    long[] micros = new long[SMOKE_RUNS];
    for (int i = 0; i < SMOKE_RUNS; i++) {
      long startedNanos = System.nanoTime();
      lane.run(pictures);
      micros[i] = (System.nanoTime() - startedNanos) / 1_000;
    }
    Arrays.sort(micros);
    return micros[SMOKE_RUNS / 2];
  }

  /**
   * Lends what one thread needs to run the model.
   *
   * @return a lane, to be closed after use
   * @throws IllegalStateException if the model is closed or being closed
   * @throws OrtException if there is no memory for a new lane
   */
  Lane borrow() throws OrtException {
    lock.lock();
    try {
      if (closing) {
        throw new IllegalStateException(
            "model " + card().name() + " is closed; load it again to use it");
      }
      lent++;
      @Nullable Lane known = idle.poll();
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    @Nullable Lane made = null;
    try {
      made = lane(picturesPerRun);
      return made;
    } finally {
      if (made == null) {
        giveBack(null);
      } else {
        countLane();
      }
    }
  }

  private void countLane() {
    lock.lock();
    try {
      lanes++;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a lane back, or notes that none could be made. */
  void giveBack(@Nullable Lane lane) {
    lock.lock();
    try {
      lent--;
      if (lane != null) {
        idle.push(lane);
      }
      laneReturned.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no batch uses the model, refuses new ones at once, and gives its memory back. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      while (lent > 0) {
        laneReturned.awaitUninterruptibly();
      }
      if (closed) {
        return;
      }
      closed = true;
      idle.forEach(Lane::free);
      idle.clear();
      loaded.close();
    } finally {
      lock.unlock();
    }
  }

  private static int picturesPerRun(Loaded loaded, ModelCard card) throws OrtException {
    if (NetworkShape.takesOnePicture(loaded.session())) {
      return 1;
    }
    var input = card.preprocessing();
    int bytesPerPicture = 3 * input.width() * input.height() * Float.BYTES;
    int most = loaded.weightBytes() > HEAVY_BYTES ? MOST_PER_HEAVY_RUN : MOST_PER_RUN;
    return Math.clamp(MOST_INPUT_BYTES / bytesPerPicture, 1, most);
  }
}
