package idunno.node.convert.tfjs;

import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A network as TensorFlow.js writes it: a {@code model.json} that describes the layers or
 * operations, and the weights as plain little-endian values in shards beside it. The manifest lists
 * the weights in the order in which they lie in the shards of a group; a weight may begin in one
 * shard and end in the next (<a
 * href="https://github.com/tensorflow/tfjs/tree/master/tfjs-converter#format-conversion-examples">TF.js
 * converter</a>).
 *
 * @param json the whole {@code model.json}
 * @param weights the weights by name, channels last
 */
record TfJsModel(JsonNode json, Map<String, Tensor> weights) {
  private static final int MOST_SHARDS = 10_000;

  /** A letter, digit or underscore first, so that no name leaves the folder or is hidden. */
  private static final Pattern SHARD = Pattern.compile("\\w[\\w .+@=,-]{0,199}");

  /**
   * Reads a network from the files of a tarball.
   *
   * @param files the files by their path in the tarball
   * @param topology the path of {@code model.json}
   * @throws IOException if a file is missing, or the manifest does not fit the shards
   */
  static TfJsModel read(Map<String, byte[]> files, String topology) throws IOException {
    String folder = topology.substring(0, topology.lastIndexOf('/') + 1);
    try {
      JsonNode json = JsonMapper.shared().readTree(file(files, topology));
      Map<String, Tensor> weights = new LinkedHashMap<>();
      for (JsonNode group : json.required("weightsManifest")) {
        readGroup(group, folder, files, weights);
      }
      return new TfJsModel(json, weights);
    } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
      throw new IOException("read " + topology + ": " + e.getMessage(), e);
    }
  }

  /**
   * The names of the weights' files, each once, in the manifest's order.
   *
   * @throws IOException if one is not the plain name of a file beside the network
   */
  static Set<String> shards(byte[] topology) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    try {
      for (JsonNode group : JsonMapper.shared().readTree(topology).required("weightsManifest")) {
        for (JsonNode path : group.required("paths")) {
          names.add(checked(path.stringValue()));
        }
      }
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException("model.json: " + e.getMessage(), e);
    }
    if (names.size() > MOST_SHARDS) {
      throw new IOException(
          "weights: expected at most %d files, found %d".formatted(MOST_SHARDS, names.size()));
    }
    return names;
  }

  private static String checked(String name) throws IOException {
    if (!SHARD.matcher(name).matches()) {
      throw new IOException(
          "weights: expected the names of files beside the network, found " + name);
    }
    return name;
  }

  private static void readGroup(
      JsonNode group, String folder, Map<String, byte[]> files, Map<String, Tensor> weights)
      throws IOException {
    Shards shards = new Shards();
    for (JsonNode path : group.required("paths")) {
      shards.add(file(files, folder + path.stringValue()));
    }
    for (JsonNode weight : group.required("weights")) {
      String name = weight.required("name").stringValue();
      if (weight.has("quantization")) {
        throw new IOException("weight " + name + ": quantized, expected plain values");
      }
      Tensor.Type type = type(name, weight.required("dtype").stringValue());
      JsonNode sides = weight.required("shape");
      int[] shape = new int[sides.size()];
      long bytes = type.bytes;
      for (int i = 0; i < shape.length; i++) {
        shape[i] = sides.get(i).intValue();
        if (shape[i] < 0) {
          throw new IOException("weight " + name + ": negative side " + shape[i]);
        }
        bytes = Math.multiplyExact(bytes, (long) shape[i]);
      }
      if (weights.put(name, new Tensor(type, shape, shards.take(name, bytes))) != null) {
        throw new IOException("weight " + name + ": there twice");
      }
    }
    if (shards.left() != 0) {
      throw new IOException("shards: " + shards.left() + " bytes more than the weights need");
    }
  }

  private static Tensor.Type type(String weight, String name) throws IOException {
    return switch (name) {
      case "float32" -> Tensor.Type.FLOAT32;
      case "int32" -> Tensor.Type.INT32;
      case "bool" -> Tensor.Type.BOOL;
      default ->
          throw new IOException(
              "weight " + weight + ": expected type float32, int32 or bool, found " + name);
    };
  }

  /** Takes bytes from several arrays as if they were one. */
  private static final class Shards {
    private final ArrayDeque<byte[]> parts = new ArrayDeque<>();
    private int used;
    private long left;

    void add(byte[] part) {
      parts.add(part);
      left += part.length;
    }

    long left() {
      return left;
    }

    byte[] take(String weight, long bytes) throws IOException {
      if (bytes > left) {
        throw new IOException(
            "weight " + weight + ": needs " + bytes + " bytes, the shards have " + left + " left");
      }
      byte[] taken = new byte[(int) bytes];
      int at = 0;
      while (at < taken.length) {
        byte[] part = parts.element();
        int chunk = Math.min(taken.length - at, part.length - used);
        System.arraycopy(part, used, taken, at, chunk);
        at += chunk;
        used += chunk;
        if (used == part.length) {
          parts.remove();
          used = 0;
        }
      }
      left -= bytes;
      return taken;
    }
  }

  private static byte[] file(Map<String, byte[]> files, String path) throws IOException {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new IOException("there is no file " + path);
    }
    return bytes;
  }

  /**
   * The weight of this name.
   *
   * @param shape its sides, -1 for any; none at all for any shape
   * @throws IOException if it is missing or of another shape
   */
  Tensor weight(String name, int... shape) throws IOException {
    Tensor weight = weights.get(name);
    if (weight == null) {
      throw new IOException("weight " + name + ": missing");
    }
    boolean fits = shape.length == 0 || weight.rank() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] < 0 || shape[i] == weight.side(i);
    }
    if (!fits) {
      throw new IOException(
          "weight " + name + ": expected shape " + Arrays.toString(shape) + ", found " + weight);
    }
    return weight;
  }
}
