package idunno.node.convert;

import idunno.node.convert.onnx.OnnxIntake;
import idunno.node.convert.tfjs.TfJs;
import idunno.node.convert.tflite.TfLite;
import idunno.node.convert.torch.Torch;
import idunno.node.onnx.Hints;
import idunno.node.onnx.NetworkInspection;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a network in any of the known formats, told apart by the content, never by the name. */
public final class Converters {
  private Converters() {}

  /**
   * Reads a network.
   *
   * @param source the file; for TensorFlow.js its {@code model.json}, with the weights' shards
   *     beside it, or the folder that holds them
   * @param hints what is known besides
   * @throws IOException if the file can't be read, is of no known format, is damaged, or has an
   *     operation that is not known here; the message says which
   */
  public static OnnxNetwork read(Path source, Hints hints) throws IOException {
    Path file = Files.isDirectory(source) ? source.resolve(TfJs.TOPOLOGY) : source;
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try {
      return switch (format(file)) {
        case TORCH -> Torch.read(file, hints);
        case TFLITE -> TfLite.read(file, hints);
        case TFJS -> TfJs.read(file, hints);
        case ONNX -> OnnxIntake.read(file, hints);
        case UNKNOWN ->
            throw new IOException(
                "expected ONNX, PyTorch weights (.pth, .safetensors), TensorFlow Lite, or"
                    + " TensorFlow.js (its model.json), found none of them");
      };
    } catch (IOException e) {
      throw new IOException("convert " + file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private enum Format {
    TORCH,
    TFLITE,
    TFJS,
    ONNX,
    UNKNOWN
  }

  private static Format format(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(64);
    }
    if (Torch.looksLike(Arrays.copyOf(start, Math.min(start.length, Torch.START_BYTES)))) {
      return Format.TORCH;
    }
    if (TfLite.begins(start)) {
      return Format.TFLITE;
    }
    if (new String(start, StandardCharsets.UTF_8).stripLeading().startsWith("{")) {
      return Format.TFJS;
    }
    return NetworkInspection.isLikely(file) ? Format.ONNX : Format.UNKNOWN;
  }
}
