package idunno.node.convert.tfjs;

import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads a network that TensorFlow.js wrote: {@code model.json} and the shards beside it. */
public final class TfJs {
  /** The usual name of the file that describes the network. */
  public static final String TOPOLOGY = "model.json";

  private static final long MAX_TOPOLOGY_BYTES = 64 << 20;
  private static final long MAX_WEIGHT_BYTES = 1L << 30;

  private TfJs() {}

  /**
   * Reads a network. The size of its input, the number of its outputs and whether these are
   * probabilities are taken from the file as far as it tells them.
   *
   * @param topology the path of {@code model.json}; the shards that it names lie beside it
   * @param hints the input's size and the number of outputs where the file leaves them open
   * @throws IOException if a file is missing or malformed, or has something not known here; or if
   *     the hints contradict it
   */
  public static OnnxNetwork read(Path topology, Hints hints) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    String name = topology.getFileName().toString();
    byte[] json = bytes(topology, MAX_TOPOLOGY_BYTES);
    files.put(name, json);
    long left = MAX_WEIGHT_BYTES;
    for (String shard : TfJsModel.shards(json)) {
      byte[] bytes = bytes(topology.resolveSibling(shard), left);
      left -= bytes.length;
      files.put(shard, bytes);
    }
    TfJsModel model = TfJsModel.read(files, name);
    return switch (model.json().path("format").asString("none")) {
      case "layers-model" -> KerasToOnnx.convert(model, hints);
      case "graph-model" -> GraphToOnnx.convert(model, hints);
      default ->
          throw new IOException(
              "expected format layers-model or graph-model, found " + model.json().path("format"));
    };
  }

  private static byte[] bytes(Path file, long most) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("there is no file " + file.getFileName() + " beside the network");
    }
    if (Files.size(file) > most) {
      throw new IOException(
          "%s: expected at most %d bytes, found %d"
              .formatted(file.getFileName(), most, Files.size(file)));
    }
    return Files.readAllBytes(file);
  }
}
