package idunno.node.convert.torch;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;

/**
 * Makes the very files that PyTorch wrote, from their recipes and the formula of the tensors'
 * values; see {@code src/test/python/torch_reference.py}.
 */
final class Weights {
  private static final int CHUNK = 1 << 18;

  private Weights() {}

  /** A test resource, to be closed. */
  static InputStream resource(String name) {
    InputStream in = Weights.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException("no test resource " + name);
    }
    return in;
  }

  /** All of a test resource. */
  static byte[] bytes(String name) {
    try (InputStream in = resource(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a file of weights.
   *
   * @param name the network and the format, such as {@code alexnet.zip}
   * @throws IllegalStateException if it isn't to the byte what PyTorch wrote
   */
  static void write(String name, Path file) throws IOException {
    try (DataInputStream recipe =
        new DataInputStream(new GZIPInputStream(resource(name + ".recipe")))) {
      String expected = recipe.readUTF();
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (OutputStream out =
          new DigestOutputStream(
              new BufferedOutputStream(Files.newOutputStream(file), CHUNK), digest)) {
        while (true) {
          out.write(recipe.readNBytes(recipe.readInt()));
          String tensor = recipe.readUTF();
          if (tensor.isEmpty()) {
            break;
          }
          int[] shape = new int[recipe.readInt()];
          for (int i = 0; i < shape.length; i++) {
            shape[i] = recipe.readInt();
          }
          write(tensor, shape, out);
        }
      }
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(expected)) {
        throw new IllegalStateException(
            name + ": expected SHA-256 " + expected + ", found " + found);
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The values of the formula. */
  static float[] values(String name, int... shape) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(name, shape, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    float[] values = new float[out.size() / Float.BYTES];
    ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static void write(String name, int[] shape, OutputStream out) throws IOException {
    long count = 1;
    long inputs = 1;
    for (int i = 0; i < shape.length; i++) {
      count *= shape[i];
      inputs *= i == 0 ? 1 : shape[i];
    }
    float bound = (float) Math.sqrt(6.0 / inputs);
    float low;
    float width;
    if (shape.length > 1) {
      low = -bound;
      width = 2 * bound;
    } else if (name.endsWith(".running_var") || name.endsWith(".weight")) {
      low = 0.5f;
      width = 1;
    } else {
      low = -0.25f;
      width = 0.5f;
    }
    CRC32 seed = new CRC32();
    seed.update(name.getBytes(StandardCharsets.UTF_8));
    long state = seed.getValue();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      state += 0x9E3779B97F4A7C15L;
      chunk.putFloat(low + width * ((mixed(state) >>> 40) * 0x1p-24f));
      if (!chunk.hasRemaining() || i == count - 1) {
        out.write(chunk.array(), 0, chunk.position());
        chunk.clear();
      }
    }
  }

  /** SplitMix64's output (Steele et al., 2014). */
  private static long mixed(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
