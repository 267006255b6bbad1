package idunno.node.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import idunno.core.models.Preprocessing;
import idunno.node.pictures.BrokenPicture;
import idunno.node.pictures.Picture;
import idunno.node.pictures.PixelCache;
import idunno.node.pictures.Preprocessor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one thread needs to run a model: input and output memory outside the heap, which ONNX
 * Runtime reads and writes in place, and the preprocessor's working memory. Used by one thread at a
 * time; a closed lane goes back to its model.
 */
final class Lane implements AutoCloseable {
  private final WarmModel model;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Preprocessor preprocessor;
  private final Preprocessor.Scratch scratch;
  private final String inputName;
  private final String outputName;
  private final int outputsPerPicture;
  private final FloatBuffer input;
  private final FloatBuffer output;
  // By the number of pictures in a run, made when first needed.
  private final @Nullable OnnxTensor[] inputs;
  private final @Nullable OnnxTensor[] outputs;

  /**
   * Makes one.
   *
   * @param most how many pictures its runs have at most
   */
  Lane(
      WarmModel model,
      OrtEnvironment environment,
      OrtSession session,
      Preprocessor preprocessor,
      int most) {
    this.model = model;
    this.environment = environment;
    this.session = session;
    this.preprocessor = preprocessor;
    this.scratch = preprocessor.scratch();
    this.inputName = session.getInputNames().iterator().next();
    this.outputName = session.getOutputNames().iterator().next();
    this.outputsPerPicture = model.card().output().classes() + model.card().output().skip();
    this.input = floats(most * preprocessor.floatsPerPicture());
    this.output = floats(most * outputsPerPicture);
    this.inputs = new @Nullable OnnxTensor[most + 1];
    this.outputs = new @Nullable OnnxTensor[most + 1];
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /**
   * Puts a picture in a place of the next run, counted from 0.
   *
   * @param file the picture's file
   * @throws BrokenPicture if it cannot be decoded; the place is as it was
   */
  void put(int place, byte[] file) throws BrokenPicture {
    put(place, preprocessor.decode(file));
  }

  /**
   * Puts a picture in a place of the next run whose pixels were kept.
   *
   * @return whether they were
   */
  boolean put(int place, Object content, PixelCache cache) {
    if (!cache.copy(content, preprocessor.shape(), scratch.pixels())) {
      return false;
    }
    preprocessor.write(scratch, input, place * preprocessor.floatsPerPicture());
    return true;
  }

  /** Keeps the pixels of the picture that was put last. */
  void keep(Object content, PixelCache cache) {
    cache.keep(content, preprocessor.shape(), scratch.pixels());
  }

  /** Puts a decoded picture in a place of the next run, counted from 0. */
  void put(int place, Picture picture) {
    preprocessor.write(picture, scratch, input, place * preprocessor.floatsPerPicture());
  }

  /** The memory outside the heap that it has for inputs and outputs, in bytes. */
  long bytes() {
    return (long) Float.BYTES * (input.capacity() + output.capacity());
  }

  /** A copy of a place's outputs of the last run. */
  float[] copyOf(int place) {
    float[] copy = new float[outputsPerPicture];
    output.get(outputAt(place), copy);
    return copy;
  }

  /** The outputs of the last run; those of place {@code p} begin at {@link #outputAt}. */
  FloatBuffer output() {
    return output;
  }

  /** The index of a place's first output. */
  int outputAt(int place) {
    return place * outputsPerPicture;
  }

  /** Runs the network over the pictures in places 0 to {@code pictures - 1}. */
  void run(int pictures) throws OrtException {
    run(pictures, new Halt());
  }

  /**
   * Runs the network over the pictures in places 0 to {@code pictures - 1}.
   *
   * @throws OrtException if it could not be run, or was halted
   */
  void run(int pictures, Halt halt) throws OrtException {
    OnnxTensor in = inputs[pictures];
    if (in == null) {
      int length = pictures * preprocessor.floatsPerPicture();
      in = OnnxTensor.createTensor(environment, input.slice(0, length), inputShape(pictures));
      inputs[pictures] = in;
    }
    OnnxTensor out = outputs[pictures];
    if (out == null) {
      long[] shape = {pictures, outputsPerPicture};
      out =
          OnnxTensor.createTensor(
              environment, output.slice(0, pictures * outputsPerPicture), shape);
      outputs[pictures] = out;
    }
    // The output is written where it is wanted; closing the result does not free it.
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      halt.begin(options);
      try {
        session.run(Map.of(inputName, in), Set.of(), Map.of(outputName, out), options).close();
      } finally {
        halt.end();
      }
    }
  }

  /**
   * Runs the network over the picture in place 0, without trusting the card about its output.
   *
   * @return the output's shape
   */
  long[] runOnce() throws OrtException {
    FloatBuffer one = input.slice(0, preprocessor.floatsPerPicture());
    try (OnnxTensor in = OnnxTensor.createTensor(environment, one, inputShape(1));
        OrtSession.Result result = session.run(Map.of(inputName, in))) {
      return ((TensorInfo) result.get(0).getInfo()).getShape();
    }
  }

  private long[] inputShape(int pictures) {
    Preprocessing how = model.card().preprocessing();
    return switch (how.layout()) {
      case NCHW -> new long[] {pictures, 3, how.height(), how.width()};
      case NHWC -> new long[] {pictures, how.height(), how.width(), 3};
    };
  }

  /** Gives the lane back to its model, for the next batch. */
  @Override
  public void close() {
    model.giveBack(this);
  }

  /** Frees what ONNX Runtime holds for this lane; the model calls it when it closes. */
  void free() {
    for (@Nullable OnnxTensor tensor : inputs) {
      if (tensor != null) {
        tensor.close();
      }
    }
    for (@Nullable OnnxTensor tensor : outputs) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }
}
