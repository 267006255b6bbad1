package idunno.node.convert.tfjs;

import static idunno.node.onnx.OnnxGraph.text;
import static idunno.node.onnx.OnnxGraph.whole;
import static idunno.node.onnx.OnnxGraph.wholes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import idunno.core.models.ModelCard.Scores;
import idunno.core.models.Preprocessing.Layout;
import idunno.node.onnx.ChannelNorm;
import idunno.node.onnx.FileOrHint;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.OnnxNetwork;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Converts a Keras network (TF.js {@code layers-model}) to ONNX. Keras keeps channels last, ONNX
 * first, so kernels are transposed and {@code Flatten} restores Keras's order. A batch
 * normalisation right behind a convolution becomes part of it: {@code gamma * (x - mean) /
 * sqrt(variance + epsilon) + beta} is a factor and a summand per channel.
 */
final class KerasToOnnx {

  private record Layer(String name, String type, JsonNode config, List<String> inputs) {}

  private final TfJsModel model;
  private final Hints hints;
  private int height;
  private int width;
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final Map<String, Layer> normBehind = new HashMap<>();
  private final Map<String, String> values = new HashMap<>();
  private final OnnxGraph graph;

  private KerasToOnnx(TfJsModel model, Hints hints) {
    this.model = model;
    this.hints = hints;
    this.graph = new OnnxGraph("keras");
  }

  /**
   * Converts a network with one input and one output.
   *
   * @param hints the input's size and the number of outputs where the layers leave them open
   * @throws IOException if the network has a layer or a setting that is not known here, or
   *     contradicts the hints
   */
  static OnnxNetwork convert(TfJsModel model, Hints hints) throws IOException {
    try {
      return new KerasToOnnx(model, hints).convert();
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException("model.json: " + e.getMessage(), e);
    }
  }

  private OnnxNetwork convert() throws IOException {
    JsonNode topology = model.json().required("modelTopology");
    JsonNode config =
        topology.path("model_config").isObject() ? topology.get("model_config") : topology;
    config = config.required("config");
    for (JsonNode json : config.required("layers")) {
      Layer layer =
          new Layer(
              json.required("name").stringValue(),
              json.required("class_name").stringValue(),
              json.required("config"),
              inputs(json));
      if (layers.put(layer.name(), layer) != null) {
        throw new IOException("layer " + layer.name() + ": there twice");
      }
    }
    JsonNode ends = config.required("output_layers");
    if (ends.size() != 1 || config.required("input_layers").size() != 1) {
      throw new IOException("model.json: expected one input layer and one output layer");
    }
    String end = ends.get(0).get(0).stringValue();
    pairNorms(end);
    for (Layer layer : layers.values()) {
      if (!values.containsKey(layer.name())) {
        values.put(layer.name(), add(layer));
      }
    }
    int outputs = FileOrHint.outputs(channels(layers.get(end)), hints.outputs());
    graph.output(value(end), outputs);
    return new OnnxNetwork(
        "Keras", Layout.NCHW, height, width, outputs, scores(layers.get(end)), graph);
  }

  /** The length of a layer's last side; 0 where no layer's settings tell it. */
  private int channels(@Nullable Layer end) throws IOException {
    Layer layer = end;
    while (layer != null) {
      switch (layer.type()) {
        case "InputLayer" -> {
          return 3;
        }
        case "Dense" -> {
          return model.weight(layer.name() + "/kernel", -1, -1).side(1);
        }
        case "Conv2D" -> {
          return model.weight(layer.name() + "/kernel", -1, -1, -1, -1).side(3);
        }
        case "ZeroPadding2D",
            "BatchNormalization",
            "Activation",
            "MaxPooling2D",
            "AveragePooling2D",
            "Add",
            "GlobalAveragePooling2D" ->
            layer = layers.get(layer.inputs().getFirst());
        default -> {
          return 0;
        }
      }
    }
    return 0;
  }

  private static Scores scores(@Nullable Layer end) {
    boolean softmax = end != null && end.config().path("activation").asString("").equals("softmax");
    return softmax ? Scores.PROBABILITIES : Scores.LOGITS;
  }

  private static List<String> inputs(JsonNode layer) throws IOException {
    JsonNode calls = layer.required("inbound_nodes");
    if (calls.size() > 1) {
      throw new IOException("layer " + layer.get("name") + ": used twice, expected once");
    }
    List<String> inputs = new ArrayList<>();
    if (calls.size() == 1) {
      for (JsonNode input : calls.get(0)) {
        inputs.add(input.get(0).stringValue());
      }
    }
    return inputs;
  }

  /** Finds the convolutions whose result goes to a batch normalisation and nowhere else. */
  private void pairNorms(String end) {
    Map<String, Integer> readers = new HashMap<>();
    readers.put(end, 1);
    layers.values().forEach(l -> l.inputs().forEach(in -> readers.merge(in, 1, Integer::sum)));
    for (Layer norm : layers.values()) {
      if (!norm.type().equals("BatchNormalization") || norm.inputs().size() != 1) {
        continue;
      }
      Layer conv = layers.get(norm.inputs().getFirst());
      if (conv != null
          && conv.type().equals("Conv2D")
          && conv.config().required("activation").stringValue().equals("linear")
          && readers.getOrDefault(conv.name(), 0) == 1) {
        normBehind.put(conv.name(), norm);
      }
    }
  }

  private String add(Layer layer) throws IOException {
    JsonNode config = layer.config();
    if (!config.path("data_format").asString("channels_last").equals("channels_last")) {
      throw unknown(layer, "data_format");
    }
    return switch (layer.type()) {
      case "InputLayer" -> input(layer);
      case "ZeroPadding2D" -> zeroPadding(layer);
      case "Conv2D" -> convolution(layer);
      case "BatchNormalization" -> batchNormalization(layer);
      case "Activation" -> activation(layer, value(layer, 0));
      case "MaxPooling2D" -> pooling(layer, "MaxPool");
      case "AveragePooling2D" -> pooling(layer, "AveragePool");
      case "Add" -> sum(layer);
      case "GlobalAveragePooling2D" ->
          node(layer, "Flatten", List.of(node(layer, "GlobalAveragePool")), whole("axis", 1));
      case "Flatten" -> flatten(layer);
      case "Dense" -> dense(layer);
      default -> throw unknown(layer, "type");
    };
  }

  private String input(Layer layer) throws IOException {
    JsonNode shape = layer.config().required("batch_input_shape");
    if (shape.size() != 4 || shape.get(3).asInt(0) != 3) {
      throw new IOException(
          "layer %s: expected pictures of height, width and 3 channels, found %s"
              .formatted(layer.name(), shape));
    }
    height = FileOrHint.side("height", shape.get(1).asInt(0), hints.height());
    width = FileOrHint.side("width", shape.get(2).asInt(0), hints.width());
    return graph.input(3, height, width);
  }

  private String zeroPadding(Layer layer) {
    JsonNode padding = layer.config().required("padding");
    List<Long> rows = longs(padding.get(0));
    List<Long> columns = longs(padding.get(1));
    List<Long> pads =
        List.of(0L, 0L, rows.get(0), columns.get(0), 0L, 0L, rows.get(1), columns.get(1));
    String amounts = graph.constant(layer.name() + "/pads", pads);
    return node(layer, "Pad", List.of(value(layer, 0), amounts));
  }

  private String convolution(Layer layer) throws IOException {
    JsonNode config = layer.config();
    if (config.path("groups").asInt(1) != 1) {
      throw unknown(layer, "groups");
    }
    Tensor kernel = model.weight(layer.name() + "/kernel", -1, -1, -1, -1);
    int channels = kernel.side(-1);
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(wholes("kernel_shape", List.of((long) kernel.side(0), (long) kernel.side(1))));
    attributes.add(wholes("strides", longs(config.required("strides"))));
    attributes.add(wholes("dilations", longs(config.required("dilation_rate"))));
    attributes.add(text("auto_pad", autoPad(layer)));
    Tensor weight = kernel.transposed(3, 2, 0, 1);
    Tensor bias = null;
    if (config.required("use_bias").booleanValue()) {
      bias = model.weight(layer.name() + "/bias", channels);
    }
    Layer norm = normBehind.get(layer.name());
    if (norm != null) {
      ChannelNorm folded = norm(norm, channels);
      weight = folded.scaled(weight);
      bias = folded.shifted(bias);
    }
    List<String> inputs = new ArrayList<>();
    inputs.add(value(layer, 0));
    inputs.add(graph.constant(layer.name() + "/kernel", weight));
    if (bias != null) {
      inputs.add(graph.constant(layer.name() + "/bias", bias));
    }
    String result = node(layer, "Conv", inputs, attributes.toArray(AttributeProto[]::new));
    if (norm != null) {
      values.put(norm.name(), result);
    }
    return activation(layer, result);
  }

  private ChannelNorm norm(Layer layer, int channels) throws IOException {
    JsonNode axis = layer.config().required("axis");
    int along = (axis.isArray() ? axis.path(0) : axis).intValue();
    if (along != 3 && along != -1) {
      throw unknown(layer, "axis");
    }
    double epsilon = layer.config().required("epsilon").doubleValue();
    float[] mean = model.weight(layer.name() + "/moving_mean", channels).floats();
    float[] variance = model.weight(layer.name() + "/moving_variance", channels).floats();
    float[] gamma = optional(layer, "scale", "/gamma", channels, 1);
    float[] beta = optional(layer, "center", "/beta", channels, 0);
    return ChannelNorm.of(gamma, beta, mean, variance, epsilon);
  }

  private float[] optional(Layer layer, String flag, String weight, int channels, float without)
      throws IOException {
    if (layer.config().required(flag).booleanValue()) {
      return model.weight(layer.name() + weight, channels).floats();
    }
    float[] same = new float[channels];
    Arrays.fill(same, without);
    return same;
  }

  /** A normalisation that no convolution took in: a product and a sum. */
  private String batchNormalization(Layer layer) throws IOException {
    int channels = model.weight(layer.name() + "/moving_mean", -1).side(0);
    ChannelNorm norm = norm(layer, channels);
    String factors = graph.constant(layer.name() + "/factors", norm.factors(channels, 1, 1));
    String summands = graph.constant(layer.name() + "/summands", norm.summands(channels, 1, 1));
    String product = node(layer, "Mul", List.of(value(layer, 0), factors));
    return node(layer, "Add", List.of(product, summands));
  }

  private String pooling(Layer layer, String type) throws IOException {
    return node(
        layer,
        type,
        List.of(value(layer, 0)),
        wholes("kernel_shape", longs(layer.config().required("pool_size"))),
        wholes("strides", longs(layer.config().required("strides"))),
        text("auto_pad", autoPad(layer)));
  }

  private String sum(Layer layer) throws IOException {
    if (layer.inputs().size() < 2) {
      throw unknown(layer, "number of inputs");
    }
    String sum = value(layer, 0);
    for (int i = 1; i < layer.inputs().size(); i++) {
      sum = node(layer, "Add", List.of(sum, value(layer, i)));
    }
    return sum;
  }

  /** Keras flattens height, width, channels in this order. */
  private String flatten(Layer layer) {
    String last =
        node(layer, "Transpose", List.of(value(layer, 0)), wholes("perm", List.of(0L, 2L, 3L, 1L)));
    return node(layer, "Flatten", List.of(last), whole("axis", 1));
  }

  private String dense(Layer layer) throws IOException {
    Tensor kernel = model.weight(layer.name() + "/kernel", -1, -1);
    List<String> inputs = new ArrayList<>();
    inputs.add(value(layer, 0));
    inputs.add(graph.constant(layer.name() + "/kernel", kernel));
    if (layer.config().required("use_bias").booleanValue()) {
      Tensor bias = model.weight(layer.name() + "/bias", kernel.side(1));
      inputs.add(graph.constant(layer.name() + "/bias", bias));
    }
    return activation(layer, node(layer, "Gemm", inputs));
  }

  private String activation(Layer layer, String value) throws IOException {
    return switch (layer.config().required("activation").stringValue()) {
      case "linear" -> value;
      case "relu" -> node(layer, "Relu", List.of(value));
      case "softmax" -> node(layer, "Softmax", List.of(value), whole("axis", 1));
      default -> throw unknown(layer, "activation");
    };
  }

  private static String autoPad(Layer layer) throws IOException {
    return switch (layer.config().required("padding").stringValue()) {
      case "same" -> "SAME_UPPER";
      case "valid" -> "VALID";
      default -> throw unknown(layer, "padding");
    };
  }

  private static List<Long> longs(JsonNode array) {
    List<Long> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.longValue()));
    return numbers;
  }

  private String node(Layer layer, String type) {
    return node(layer, type, List.of(value(layer, 0)));
  }

  private String node(Layer layer, String type, List<String> inputs, AttributeProto... attributes) {
    return graph.node(layer.name(), type, inputs, attributes);
  }

  private String value(Layer layer, int input) {
    if (input >= layer.inputs().size()) {
      throw new IllegalArgumentException("layer " + layer.name() + ": lacks an input");
    }
    return value(layer.inputs().get(input));
  }

  private String value(String layer) {
    String value = values.get(layer);
    if (value == null) {
      throw new IllegalArgumentException("layer " + layer + ": used before it is there");
    }
    return value;
  }

  private static IOException unknown(Layer layer, String setting) {
    return new IOException(
        "layer "
            + layer.name()
            + " ("
            + layer.type()
            + "): "
            + setting
            + " not known here: "
            + layer.config().path(setting));
  }
}
