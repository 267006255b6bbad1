package idunno.node.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import idunno.node.natives.NativeLibraries;

/** ONNX Runtime in this process: one environment, made on first use. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  /** The environment of all sessions, with the native libraries in place. */
  public static OrtEnvironment environment() {
    return Shared.ENVIRONMENT;
  }

  private static final class Shared {
    private static final OrtEnvironment ENVIRONMENT = make();

    private static OrtEnvironment make() {
      NativeLibraries.prepare();
      return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "idunno");
    }
  }
}
