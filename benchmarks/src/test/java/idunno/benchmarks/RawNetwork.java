package idunno.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.inference.OnnxRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** A network alone, by ONNX Runtime, on tensors that are ready: the limit of what runs it. */
public final class RawNetwork implements AutoCloseable {
  /** So many in each run: AlexNet does 5 % less in runs of 8, ResNet-18 the same. */
  public static final int PICTURES = 16;

  private final OrtEnvironment environment = OnnxRuntime.environment();
  private final OrtSession session;
  private final String input;
  private final OnnxTensor tensor;

  /** Opens it, with one thread for each run. */
  public RawNetwork(Path model, ModelCard card) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session =
          environment.createSession(model.resolve(ModelCard.NETWORK_FILE).toString(), options);
    }
    input = session.getInputNames().iterator().next();
    Preprocessing how = card.preprocessing();
    float[] values = new float[PICTURES * 3 * how.width() * how.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 31 % 255 - 127) / 64f;
    }
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    buffer.put(values).flip();
    long[] shape =
        how.layout() == Preprocessing.Layout.NCHW
            ? new long[] {PICTURES, 3, how.height(), how.width()}
            : new long[] {PICTURES, how.height(), how.width(), 3};
    tensor = OnnxTensor.createTensor(environment, buffer, shape);
  }

  /** Runs it once, over {@link #PICTURES}; the slice doesn't matter. */
  public void run(int slice) throws OrtException {
    session.run(Map.of(input, tensor)).close();
  }

  @Override
  public void close() throws OrtException {
    tensor.close();
    session.close();
  }
}
