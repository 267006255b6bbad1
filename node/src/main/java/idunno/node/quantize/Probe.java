package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import idunno.core.models.Preprocessing;
import idunno.node.inference.OnnxRuntime;
import idunno.node.inference.PictureSource;
import idunno.node.inference.UnfitModel;
import idunno.node.pictures.BrokenPicture;
import idunno.node.pictures.Preprocessor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs a network over pictures, one at a time on each of a few threads, and shows the values within
 * it. What is held in memory at once is one picture's values for each thread.
 */
final class Probe {
  private final Preprocessing how;
  private final int threads;
  private final Progress progress;

  /** Looks at the values of one picture; on any thread, and on several at once. */
  @FunctionalInterface
  interface Look<R> {
    /**
     * Takes what is wanted of the values.
     *
     * @param values the values by name; gone when this returns
     */
    R take(Map<String, FloatBuffer> values);
  }

  /** A value of the network that is not a finite number, with its name. */
  static final class OddValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OddValue(String message) {
      super(message);
    }
  }

  Probe(Preprocessing how, int threads, Progress progress) {
    this.how = how;
    this.threads = threads;
    this.progress = progress;
  }

  /** Declares values as outputs. */
  static List<ValueInfoProto> outputs(Collection<String> values) {
    return values.stream().map(name -> ValueInfoProto.newBuilder().setName(name).build()).toList();
  }

  /**
   * Has ONNX Runtime clean a network up, with operators of the standard alone: batch normalisations
   * and constant factors go into the weights before them, constants are computed.
   *
   * @throws UnfitModel if it cannot be run
   */
  static void cleanUp(Path network, Path to) throws UnfitModel {
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(SessionOptions.OptLevel.BASIC_OPT);
      options.setOptimizedModelFilePath(to.toString());
      OnnxRuntime.environment().createSession(network.toString(), options).close();
    } catch (OrtException e) {
      throw new UnfitModel("ONNX Runtime cannot read the network: " + e.getMessage(), e);
    }
  }

  /**
   * Runs a network over pictures.
   *
   * @param what what is done, for people who wait
   * @return what was taken of each picture, in order; nothing of one that is broken
   * @throws UnfitModel if the network cannot be run
   * @throws IOException if a picture cannot be fetched
   */
  <R> List<Optional<R>> look(
      Path network, String what, List<? extends PictureSource> pictures, Look<R> look)
      throws UnfitModel, IOException, InterruptedException {
    OrtEnvironment environment = OnnxRuntime.environment();
    Preprocessor preprocessor = new Preprocessor(how);
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      try (OrtSession session = environment.createSession(network.toString(), options);
          ExecutorService pool = Executors.newFixedThreadPool(threads)) {
        List<Future<Optional<R>>> taken = new ArrayList<>();
        for (PictureSource picture : pictures) {
          taken.add(pool.submit(() -> lookAt(session, preprocessor, picture, look)));
        }
        try {
          return gather(what, taken);
        } finally {
          pool.shutdownNow();
        }
      }
    } catch (OrtException e) {
      throw new UnfitModel("ONNX Runtime cannot run the network: " + e.getMessage(), e);
    }
  }

  private <R> List<Optional<R>> gather(String what, List<Future<Optional<R>>> taken)
      throws UnfitModel, IOException, InterruptedException {
    List<Optional<R>> all = new ArrayList<>();
    for (Future<Optional<R>> one : taken) {
      progress.at(what, all.size(), taken.size());
      try {
        all.add(one.get());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException lost) {
          throw lost;
        }
        if (e.getCause() instanceof OddValue || e.getCause() instanceof OrtException) {
          throw new UnfitModel("the network cannot be run: " + e.getCause().getMessage(), e);
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    progress.at(what, taken.size(), taken.size());
    return all;
  }

  private <R> Optional<R> lookAt(
      OrtSession session, Preprocessor preprocessor, PictureSource picture, Look<R> look)
      throws IOException, OrtException {
    FloatBuffer input =
        ByteBuffer.allocateDirect(preprocessor.floatsPerPicture() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try {
      preprocessor.write(preprocessor.decode(picture.read()), preprocessor.scratch(), input, 0);
    } catch (BrokenPicture e) {
      return Optional.empty();
    }
    String name = session.getInputNames().iterator().next();
    try (OnnxTensor in = OnnxTensor.createTensor(OnnxRuntime.environment(), input, shape());
        OrtSession.Result result = session.run(Map.of(name, in))) {
      Map<String, FloatBuffer> values = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> value : result) {
        values.put(value.getKey(), ((OnnxTensor) value.getValue()).getFloatBuffer());
      }
      values.put(name, input);
      return Optional.of(look.take(values));
    }
  }

  private long[] shape() {
    return switch (how.layout()) {
      case NCHW -> new long[] {1, 3, how.height(), how.width()};
      case NHWC -> new long[] {1, how.height(), how.width(), 3};
    };
  }
}
