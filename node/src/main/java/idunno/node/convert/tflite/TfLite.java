package idunno.node.convert.tflite;

import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.onnx.FileOrHint;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads an image classifier from a TFLite file. */
public final class TfLite {
  private static final long MAX_FILE_BYTES = 1L << 29;

  private TfLite() {}

  /** Whether a file that begins with these 8 bytes or more is one of TFLite. */
  public static boolean begins(byte[] start) {
    return TfLiteModel.isOne(start);
  }

  /**
   * Reads a network. The size of its input, the number of its outputs, and whether these are
   * probabilities (the last operator is a softmax) are in the file.
   *
   * @param hints only compared, but for a size that the file leaves open
   * @throws IOException if the file is damaged, is no image classifier, or has an operator that is
   *     not known here; the message names the layer
   */
  public static OnnxNetwork read(Path file, Hints hints) throws IOException {
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException(
          "expected at most %d bytes, found %d".formatted(MAX_FILE_BYTES, Files.size(file)));
    }
    TfLiteModel model = TfLiteModel.read(Files.readAllBytes(file));
    TfLiteTensor input = model.tensors().get(model.input());
    List<Integer> shape = input.shape();
    if (shape.size() != 4 || shape.get(0) > 1 || shape.get(3) != 3) {
      throw new IOException(
          "input %s: expected 1 picture, height, width, 3 channels, found %s"
              .formatted(input.name(), shape));
    }
    int height = FileOrHint.side("height", shape.get(1), hints.height());
    int width = FileOrHint.side("width", shape.get(2), hints.width());
    TfLiteToOnnx.Converted converted = TfLiteToOnnx.convert(model, height, width);
    Flow output = converted.output();
    int outputs = FileOrHint.outputs(output.channels(), hints.outputs());
    return new OnnxNetwork(
        "TFLite",
        Layout.NCHW,
        height,
        width,
        outputs,
        output.probabilities() ? Scores.PROBABILITIES : Scores.LOGITS,
        converted.graph());
  }
}
