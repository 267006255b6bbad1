package idunno.node.convert;

import idunno.node.convert.tfjs.TfJs;
import idunno.node.convert.torch.Torch;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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
      if (Torch.looksLike(start(file))) {
        return Torch.read(file, hints);
      }
      return TfJs.read(file, hints);
    } catch (IOException e) {
      throw new IOException("convert " + file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private static byte[] start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(Torch.START_BYTES);
    }
  }
}
