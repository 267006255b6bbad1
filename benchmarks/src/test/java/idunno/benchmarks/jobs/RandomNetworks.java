package idunno.benchmarks.jobs;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Weights by chance for AlexNet and ResNet-18 under the names that torchvision gives them, as
 * safetensors: how fast a network is doesn't depend on what it has learnt.
 */
final class RandomNetworks {
  private static final int CLASSES = 1_000;
  private static final int CHUNK = 1 << 16;

  private RandomNetworks() {}

  private record Tensor(String name, List<Integer> shape) {
    long count() {
      return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }
  }

  /** Writes AlexNet's. */
  static Path alexNet(Path file) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    layer(tensors, "features.0", 64, 3, 11, 11);
    layer(tensors, "features.3", 192, 64, 5, 5);
    layer(tensors, "features.6", 384, 192, 3, 3);
    layer(tensors, "features.8", 256, 384, 3, 3);
    layer(tensors, "features.10", 256, 256, 3, 3);
    layer(tensors, "classifier.1", 4096, 256 * 6 * 6);
    layer(tensors, "classifier.4", 4096, 4096);
    layer(tensors, "classifier.6", CLASSES, 4096);
    return write(file, tensors);
  }

  /** Writes ResNet-18's. */
  static Path resNet18(Path file) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    convolution(tensors, "conv1", "bn1", 64, 3, 7);
    int in = 64;
    for (int stage = 1; stage <= 4; stage++) {
      int out = 32 << stage;
      for (int block = 0; block < 2; block++) {
        String name = "layer" + stage + "." + block;
        convolution(tensors, name + ".conv1", name + ".bn1", out, in, 3);
        convolution(tensors, name + ".conv2", name + ".bn2", out, out, 3);
        if (in != out) {
          convolution(tensors, name + ".downsample.0", name + ".downsample.1", out, in, 1);
        }
        in = out;
      }
    }
    layer(tensors, "fc", CLASSES, 512);
    return write(file, tensors);
  }

  private static void layer(List<Tensor> tensors, String name, Integer... shape) {
    tensors.add(new Tensor(name + ".weight", List.of(shape)));
    tensors.add(new Tensor(name + ".bias", List.of(shape[0])));
  }

  private static void convolution(
      List<Tensor> tensors, String name, String norm, int out, int in, int side) {
    tensors.add(new Tensor(name + ".weight", List.of(out, in, side, side)));
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      tensors.add(new Tensor(norm + "." + part, List.of(out)));
    }
  }

  private static Path write(Path file, List<Tensor> tensors) throws IOException {
    StringBuilder header = new StringBuilder("{");
    long offset = 0;
    for (Tensor tensor : tensors) {
      long end = offset + tensor.count() * Float.BYTES;
      header
          .append(offset == 0 ? "" : ",")
          .append('"')
          .append(tensor.name())
          .append("\":{\"dtype\":\"F32\",\"shape\":")
          .append(tensor.shape())
          .append(",\"data_offsets\":[")
          .append(offset)
          .append(',')
          .append(end)
          .append("]}");
      offset = end;
    }
    byte[] head = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    SplittableRandom random = new SplittableRandom(18);
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), CHUNK))) {
      out.writeLong(Long.reverseBytes(head.length));
      out.write(head);
      for (Tensor tensor : tensors) {
        values(tensor, random, out);
      }
    }
    return file;
  }

  /** As large as keeps the values of a layer's outputs about as large as those of its inputs. */
  private static void values(Tensor tensor, SplittableRandom random, DataOutputStream out)
      throws IOException {
    long inputs = tensor.shape().size() == 1 ? 1 : tensor.count() / tensor.shape().getFirst();
    float bound = (float) Math.sqrt(6.0 / inputs);
    boolean isScale = tensor.shape().size() == 1 && !tensor.name().endsWith("bias");
    ByteBuffer values = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < tensor.count(); i++) {
      float value = (float) random.nextDouble();
      values.putFloat(isScale ? 0.5f + value : bound * (2 * value - 1) * (inputs == 1 ? 0.1f : 1));
      if (!values.hasRemaining() || i == tensor.count() - 1) {
        out.write(values.array(), 0, values.position());
        values.clear();
      }
    }
  }
}
