package idunno.node.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.nio.file.Path;

/**
 * How ONNX Runtime is asked to open a network: one thread a run, since the slots are the threads.
 *
 * <p>Always by path: from an array it would hold the weights more than once. The environment comes
 * first: whatever else is asked for would have ONNX Runtime unpack libraries of its own.
 */
final class Sessions {
  private static final String PREPACKED_TOO =
      "session.save_external_prepacked_constant_initializers";
  private static final String WEIGHTS_FILE =
      "session.optimized_model_external_initializers_file_name";
  private static final String WEIGHTS_FROM =
      "session.optimized_model_external_initializers_min_size_in_bytes";
  private static final String NOTHING_ON_THE_CPU = "session.disable_cpu_ep_fallback";

  private Sessions() {}

  /** On the processor, optimised while it is opened, its weights in this process's own memory. */
  static OrtSession onCpu(Path network) throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = options(OptLevel.ALL_OPT)) {
      return environment.createSession(network.toString(), options);
    }
  }

  /**
   * The same, and what came of it written to two files: the optimised network, and beside it its
   * long weights, in the order in which this processor's kernels want them.
   *
   * @param weights a file name, no path
   */
  static OrtSession onCpuSaving(Path network, Path optimised, String weights) throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = options(OptLevel.ALL_OPT)) {
      options.setOptimizedModelFilePath(optimised.toString());
      options.addConfigEntry(WEIGHTS_FILE, weights);
      options.addConfigEntry(WEIGHTS_FROM, Integer.toString(Alignment.LONGER_THAN_BYTES + 1));
      options.addConfigEntry(PREPACKED_TOO, "1");
      return environment.createSession(network.toString(), options);
    }
  }

  /** A network that {@link #onCpuSaving} has written: taken as it is, its weights mapped. */
  static OrtSession saved(Path optimised) throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = options(OptLevel.NO_OPT)) {
      return environment.createSession(optimised.toString(), options);
    }
  }

  /**
   * On a card.
   *
   * @param maxBytes the most memory of the card for this network
   * @param wholly fail if a layer can't run on the card, instead of running it on the processor
   */
  static OrtSession onCard(Path network, Device.Cuda card, long maxBytes, boolean wholly)
      throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = options(OptLevel.ALL_OPT);
        OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(card.index())) {
      // TF32 keeps 10 bits of a factor: scores would differ from a processor's in the third digit.
      cuda.add("use_tf32", "0");
      // The default tries all algorithms and takes the one that was fastest just then.
      cuda.add("cudnn_conv_algo_search", "HEURISTIC");
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      cuda.add("gpu_mem_limit", Long.toString(maxBytes));
      options.setDeterministicCompute(true);
      if (wholly) {
        options.addConfigEntry(NOTHING_ON_THE_CPU, "1");
      }
      options.addCUDA(cuda);
      return environment.createSession(network.toString(), options);
    }
  }

  private static SessionOptions options(OptLevel level) throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setOptimizationLevel(level);
    options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.setCPUArenaAllocator(true);
    return options;
  }

  static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}
