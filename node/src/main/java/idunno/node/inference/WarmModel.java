package idunno.node.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import idunno.core.models.ModelCard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory, checked, run once, and ready for any number of threads.
 *
 * <p>All threads share one session with one thread of its own per run: on the same cores this is
 * faster than one run over several threads, and holds the weights once. What a run needs besides, a
 * {@link Lane}, is lent to one batch at a time and kept for the next.
 */
public final class WarmModel implements AutoCloseable {
  /** The most pictures in one run: more gain nothing and cost memory. */
  private static final int MOST_PER_RUN = 8;

  /** The most memory for one lane's input. */
  private static final int MOST_INPUT_BYTES = 64 << 20;

  private static final byte[] ONE_PIXEL_BMP =
      HexFormat.of()
          .parseHex(
              // File of 58 bytes, pixels from 54; header of 40: 1 x 1, 24 bits, not packed; grey.
              "424d3a0000000000000036000000"
                  + "280000000100000001000000010018000000000004000000"
                  + "00000000000000000000000000000000"
                  + "80808000");

  private final ModelFolder folder;
  private final OrtSession session;
  private final Preprocessor preprocessor;
  private final int picturesPerRun;
  private final long loadMillis;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition laneReturned = lock.newCondition();
  private final ArrayDeque<Lane> idle = new ArrayDeque<>();
  private int lent;
  private boolean closing;
  private boolean closed;

  private WarmModel(ModelFolder folder, OrtSession session, int picturesPerRun, long startedNanos)
      throws UnfitModel, OrtException {
    this.folder = folder;
    this.session = session;
    this.preprocessor = new Preprocessor(folder.card().preprocessing());
    this.picturesPerRun = picturesPerRun;
    warmUp();
    this.loadMillis = (System.nanoTime() - startedNanos) / 1_000_000;
  }

  /**
   * Loads the model of a folder and runs it once on a grey picture.
   *
   * @param path a folder with the three files that {@link ModelCard} names
   * @throws UnfitModel if the folder's files do not fit together, saying which and how
   * @throws IOException if a file cannot be read
   */
  public static WarmModel open(Path path) throws UnfitModel, IOException {
    long started = System.nanoTime();
    ModelFolder folder = ModelFolder.read(path);
    @Nullable OrtSession session = null;
    boolean opened = false;
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(true);
      // By path: from an array ONNX Runtime would hold the weights more than once.
      session = environment.createSession(folder.network().toString(), options);
      NetworkShape.check(session, folder.card());
      int perRun = picturesPerRun(session, folder.card());
      WarmModel model = new WarmModel(folder, session, perRun, started);
      opened = true;
      return model;
    } catch (OrtException e) {
      throw new UnfitModel(
          ModelCard.NETWORK_FILE + ": ONNX Runtime cannot use it: " + e.getMessage(), e);
    } finally {
      if (!opened && session != null) {
        closeQuietly(session);
      }
    }
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

  /** How many pictures go into one run at most; depends on the model alone. */
  public int picturesPerRun() {
    return picturesPerRun;
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
      made = new Lane(this, OnnxRuntime.environment(), session, preprocessor);
      return made;
    } finally {
      if (made == null) {
        giveBack(null);
      }
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
      closeQuietly(session);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the whole way once, so that the first query does not pay for what is done only once. */
  private void warmUp() throws UnfitModel, OrtException {
    try (Lane lane = borrow()) {
      lane.put(0, PictureDecoder.decode(ONE_PIXEL_BMP));
      NetworkShape.checkOutput(lane.runOnce(), card());
    } catch (BrokenPicture e) {
      throw new IllegalStateException("the decoder refuses a right picture", e);
    }
  }

  private static int picturesPerRun(OrtSession session, ModelCard card) throws OrtException {
    if (NetworkShape.takesOnePicture(session)) {
      return 1;
    }
    var input = card.preprocessing();
    int bytesPerPicture = 3 * input.width() * input.height() * Float.BYTES;
    return Math.clamp(MOST_INPUT_BYTES / bytesPerPicture, 1, MOST_PER_RUN);
  }

  private static void closeQuietly(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}
