package idunno.node.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads what an ONNX file says of its constants, without the constants: along the file, holding
 * nothing of it, however large it is. Field numbers are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 */
public final class Initializers {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int TENSOR_DIMS = 1;
  private static final int TENSOR_TYPE = 2;
  private static final int TENSOR_EXTERNAL = 13;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;

  /** What lies outside is told by a few short words for each constant. */
  private static final int MAX_ENTRIES = 64;

  private static final int MAX_WORD_BYTES = 4096;

  /** FLOAT, UINT8, INT8, FLOAT16, DOUBLE, BFLOAT16. */
  private static final Set<Integer> LEARNT = Set.of(1, 2, 3, 10, 11, 16);

  /**
   * One constant.
   *
   * @param type its type, by ONNX's numbers
   * @param numbers how many numbers it has
   * @param external where its bytes lie, if they lie in another file; empty otherwise
   */
  public record Initializer(int type, long numbers, Map<String, String> external) {}

  /** Takes one constant after the other. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes one; what it throws ends the reading. */
    void take(Initializer initializer) throws IOException;
  }

  private Initializers() {}

  /**
   * Counts what a network has learnt: the numbers that are floats or bytes, not the shapes and axes
   * among its constants.
   *
   * @throws IOException if the file can't be read, or is no ONNX file
   */
  public static long parameters(Path file) throws IOException {
    long[] count = {0};
    each(
        file,
        one -> {
          if (LEARNT.contains(one.type())) {
            count[0] = sum(file, count[0], one.numbers());
          }
        });
    return count[0];
  }

  private static long sum(Path file, long one, long other) throws IOException {
    try {
      return Math.addExact(one, other);
    } catch (ArithmeticException e) {
      throw new IOException(file + ": has more constants than can be counted", e);
    }
  }

  /**
   * Reads along a file.
   *
   * @throws IOException if the file can't be read, or is no ONNX file
   */
  public static void each(Path file, Visitor visitor) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      CodedInputStream in = CodedInputStream.newInstance(stream, 1 << 16);
      in.setSizeLimit(Integer.MAX_VALUE);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (isMessage(tag, MODEL_GRAPH)) {
          graph(in, visitor);
        } else {
          in.skipField(tag);
        }
      }
    } catch (ArithmeticException e) {
      throw new IOException(file + ": a constant's shape is beyond all bounds", e);
    }
  }

  private static void graph(CodedInputStream in, Visitor visitor) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, GRAPH_INITIALIZER)) {
        visitor.take(tensor(in));
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(outer);
  }

  private static Initializer tensor(CodedInputStream in) throws IOException {
    long numbers = 1;
    int type = 0;
    Map<String, String> external = new LinkedHashMap<>();
    int outer = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, TENSOR_EXTERNAL)) {
        entry(in, external);
      } else if (isMessage(tag, TENSOR_DIMS)) {
        int packed = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
          numbers = Math.multiplyExact(numbers, Math.max(0, in.readInt64()));
        }
        in.popLimit(packed);
      } else if (WireFormat.getTagFieldNumber(tag) == TENSOR_DIMS) {
        numbers = Math.multiplyExact(numbers, Math.max(0, in.readInt64()));
      } else if (WireFormat.getTagFieldNumber(tag) == TENSOR_TYPE) {
        type = in.readInt32();
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(outer);
    return new Initializer(type, numbers, external);
  }

  private static void entry(CodedInputStream in, Map<String, String> external) throws IOException {
    String key = "";
    String value = "";
    int outer = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, ENTRY_KEY)) {
        key = word(in);
      } else if (isMessage(tag, ENTRY_VALUE)) {
        value = word(in);
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(outer);
    external.put(key, value);
    if (external.size() > MAX_ENTRIES) {
      throw new IOException("a constant says more than " + MAX_ENTRIES + " things of where it is");
    }
  }

  private static String word(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    if (length < 0 || length > MAX_WORD_BYTES) {
      throw new IOException(
          "expected at most " + MAX_WORD_BYTES + " bytes of where a constant is, found " + length);
    }
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }

  private static boolean isMessage(int tag, int field) {
    return WireFormat.getTagFieldNumber(tag) == field
        && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
