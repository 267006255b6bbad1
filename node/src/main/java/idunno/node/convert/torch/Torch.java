package idunno.node.convert.torch;

import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads PyTorch weights of torchvision's architectures: checkpoints of both formats ({@code .pth},
 * {@code .pt}) and safetensors.
 */
public final class Torch {
  /** How many bytes from a file's beginning tell its format. */
  public static final int START_BYTES = 9;

  /** What the input's sides are unless they are told: what torchvision's networks learned from. */
  private static final int USUAL_SIDE = 224;

  private enum Format {
    ZIP,
    PICKLE,
    SAFETENSORS,
    OTHER
  }

  private Torch() {}

  /**
   * Whether a file that begins like this is read here: a zip archive, a pickle, or safetensors.
   *
   * @param start the first {@link #START_BYTES} bytes, or all if the file has fewer
   */
  public static boolean looksLike(byte[] start) {
    return format(start) != Format.OTHER;
  }

  private static Format format(byte[] start) {
    ByteBuffer bytes = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    if (start.length >= 4 && bytes.getInt(0) == 0x04034b50) {
      return Format.ZIP;
    }
    if (start.length >= 2 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
      return Format.PICKLE;
    }
    // The header's length, then its brace. A length has no characters in its upper bytes, as text
    // and
    // other formats do; one that is merely too large is refused later, by what it is.
    if (start.length >= START_BYTES
        && start[8] == '{'
        && start[6] == 0
        && start[7] >= 0
        && start[7] < ' ') {
      return Format.SAFETENSORS;
    }
    return Format.OTHER;
  }

  /**
   * Reads a network. Which one it is, the tensors' names and shapes tell. All tensors are in memory
   * then, as 32-bit floats.
   *
   * @param file the weights
   * @param hints the input's sides, 224 if they are not told; an architecture or a number of
   *     outputs that the file contradicts is an error
   * @throws IOException if the file can't be read, is malformed, asks for code to be run, or holds
   *     other tensors than an architecture's; the message says which
   */
  public static OnnxNetwork read(Path file, Hints hints) throws IOException {
    int height = hints.height().orElse(USUAL_SIDE);
    int width = hints.width().orElse(USUAL_SIDE);
    try (StateDict state = open(file)) {
      Architecture architecture = Fit.choose(state.tensors(), hints.architecture());
      int classes = NetworkWriter.classes(architecture, state.tensors());
      if (hints.outputs().orElse(classes) != classes) {
        throw new IOException(
            "expected %d outputs, found %d: the last layer has as many"
                .formatted(hints.outputs().getAsInt(), classes));
      }
      OnnxGraph graph = NetworkWriter.write(architecture, state.tensors(), height, width);
      return new OnnxNetwork(
          architecture.family(), Layout.NCHW, height, width, classes, Scores.LOGITS, graph);
    }
  }

  /** Opens a file of any of the formats. */
  static StateDict open(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(START_BYTES);
    }
    return switch (format(start)) {
      case ZIP -> ZipCheckpoint.open(file);
      case PICKLE -> LegacyCheckpoint.open(file);
      case SAFETENSORS -> Safetensors.open(file);
      case OTHER ->
          throw new IOException(
              "expected PyTorch weights: a checkpoint of torch.save, or safetensors");
    };
  }
}
