package idunno.node.convert.tfjs;

import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Reads a network that TensorFlow.js wrote: {@code model.json} and the shards beside it. */
public final class TfJs {
  /** The usual name of the file that describes the network. */
  public static final String TOPOLOGY = "model.json";

  private static final long MAX_FILE_BYTES = 1L << 30;

  private TfJs() {}

  /**
   * Reads a network.
   *
   * @param topology the path of {@code model.json}; its shards ({@code .bin}) lie beside it
   * @param hints the input's size and the number of outputs, which the file may not tell
   * @throws IOException if a file is missing or malformed, or has something not known here
   */
  public static OnnxNetwork read(Path topology, Hints hints) throws IOException {
    Path folder = topology.toAbsolutePath().getParent();
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> beside = Files.list(folder)) {
      for (Path file : beside.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".bin") || file.equals(topology.toAbsolutePath())) {
          if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(name + ": expected at most " + MAX_FILE_BYTES + " bytes");
          }
          files.put(name, Files.readAllBytes(file));
        }
      }
    }
    TfJsModel model = TfJsModel.read(files, topology.getFileName().toString());
    int height = wanted("height", hints.height());
    int width = wanted("width", hints.width());
    int outputs = wanted("number of outputs", hints.outputs());
    OnnxGraph graph =
        switch (model.json().path("format").asString("none")) {
          case "layers-model" -> KerasToOnnx.convert(model, height, width, outputs);
          case "graph-model" -> GraphToOnnx.convert(model, height, width, outputs);
          default ->
              throw new IOException(
                  "expected format layers-model or graph-model, found "
                      + model.json().path("format"));
        };
    return new OnnxNetwork(
        "TensorFlow", Layout.NCHW, height, width, outputs, Scores.PROBABILITIES, graph);
  }

  private static int wanted(String what, OptionalInt hint) throws IOException {
    return hint.orElseThrow(() -> new IOException("the " + what + " is not known; name it"));
  }
}
