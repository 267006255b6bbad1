package idunno.node.convert.tfjs;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.node.onnx.OnnxFile;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A TF.js network of a few layers, written as the converter writes it, and run as ONNX. */
public final class TinyModel {
  private static final String LAYERS =
      """
      {"format": "layers-model", "modelTopology": {"model_config": {"config": {
        "layers": [%s], "input_layers": [["in", 0, 0]], "output_layers": [["%s", 0, 0]]}}},
       "weightsManifest": [%s]}
      """;
  private static final String GRAPH =
      """
      {"format": "graph-model", "modelTopology": {"node": [%s]},
       "signature": {"outputs": {"o": {"name": "%s:0"}}}, "weightsManifest": [%s]}
      """;

  private final List<String> parts = new ArrayList<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  public TinyModel part(String json) {
    parts.add(json);
    return this;
  }

  /** A Keras layer. */
  public TinyModel layer(String type, String name, String config, String... inputs) {
    String from =
        List.of(inputs).stream()
            .map("[\"%s\", 0, 0, {}]"::formatted)
            .collect(Collectors.joining(", "));
    return part(
        """
        {"class_name": "%s", "name": "%s", "config": {%s}, "inbound_nodes": [%s]}
        """
            .formatted(type, name, config, inputs.length == 0 ? "" : "[" + from + "]"));
  }

  /** A TensorFlow operation. */
  public TinyModel op(String op, String name, String attributes, String... inputs) {
    String from =
        List.of(inputs).stream().map("\"%s\""::formatted).collect(Collectors.joining(","));
    return part(
        """
        {"op": "%s", "name": "%s", "input": [%s], "attr": {%s}}
        """
            .formatted(op, name, from, attributes));
  }

  public TinyModel weight(String name, Tensor tensor) {
    weights.put(name, tensor);
    return this;
  }

  public TinyModel weight(String name, int[] shape, float... values) {
    return weight(name, Tensor.of(shape, values));
  }

  /** A TensorFlow constant. */
  public TinyModel constant(String name, int[] shape, float... values) {
    return op("Const", name, "").weight(name, shape, values);
  }

  public TinyModel whole(String name, int[] shape, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return op("Const", name, "").weight(name, new Tensor(Tensor.Type.INT32, shape, bytes.array()));
  }

  /** The files, in two shards that cut a weight in the middle. */
  public Map<String, byte[]> files(String format, String output) {
    ByteArrayOutputStream shards = new ByteArrayOutputStream();
    List<String> listed = new ArrayList<>();
    weights.forEach(
        (name, tensor) -> {
          shards.writeBytes(tensor.bytes());
          listed.add(
              "{\"name\": \"%s\", \"dtype\": \"%s\", \"shape\": %s}"
                  .formatted(
                      name,
                      tensor.type().name().toLowerCase(Locale.ROOT),
                      Arrays.toString(tensor.shape())));
        });
    String manifest =
        "{\"paths\": [\"w1.bin\", \"w2.bin\"], \"weights\": [%s]}"
            .formatted(String.join(", ", listed));
    String template = format.equals("graph-model") ? GRAPH : LAYERS;
    String json =
        template
            .replace("layers-model", format.equals("graph-model") ? "layers-model" : format)
            .formatted(String.join(", ", parts), output, manifest);
    byte[] all = shards.toByteArray();
    int cut = all.length / 2;
    return new LinkedHashMap<>(
        Map.of(
            "m/model.json", json.getBytes(StandardCharsets.UTF_8),
            "m/w1.bin", Arrays.copyOf(all, cut),
            "m/w2.bin", Arrays.copyOfRange(all, cut, all.length)));
  }

  TfJsModel keras(String output) throws IOException {
    return TfJsModel.read(files("layers-model", output), "m/model.json");
  }

  TfJsModel graph(String output) throws IOException {
    return TfJsModel.read(files("graph-model", output), "m/model.json");
  }

  /** Runs a network on pictures in ONNX's order (channels first). */
  public static float[] run(OnnxFile graph, int height, int width, float... input)
      throws IOException {
    Path file = Files.createTempFile("tiny", ".onnx");
    try {
      graph.write(file);
      return run(file, height, width, input);
    } finally {
      Files.delete(file);
    }
  }

  public static float[] run(Path file, int height, int width, float... input) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {input.length / (3L * height * width), 3, height, width};
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file.toString(), options);
        OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
        OrtSession.Result result = session.run(Map.of(OnnxGraph.INPUT, tensor))) {
      OnnxTensor output = (OnnxTensor) result.get(OnnxGraph.OUTPUT).orElseThrow();
      FloatBuffer values = output.getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return copy;
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }
}
