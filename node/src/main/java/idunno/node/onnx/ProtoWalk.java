package idunno.node.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Goes once through a protobuf file, holding nothing of it but a buffer: long byte rows are stepped
 * over (<a href="https://protobuf.dev/programming-guides/encoding/">encoding</a>). Every stated
 * length is compared with what is left before anything is read.
 */
final class ProtoWalk {
  /** A varint on the wire. */
  static final int VARINT = WireFormat.WIRETYPE_VARINT;

  /** A length and so many bytes on the wire: a message, a text, packed numbers. */
  static final int BYTES = WireFormat.WIRETYPE_LENGTH_DELIMITED;

  /** Four bytes on the wire. */
  static final int FIXED32 = WireFormat.WIRETYPE_FIXED32;

  /** Eight bytes on the wire. */
  static final int FIXED64 = WireFormat.WIRETYPE_FIXED64;

  /** What is done with the fields of a message. */
  @FunctionalInterface
  interface Fields {
    /**
     * Reads a field, or leaves it.
     *
     * @return whether it was read; otherwise it is stepped over
     */
    boolean take(int number, int wire) throws IOException;
  }

  private final CodedInputStream in;
  private long nameBytes;

  private ProtoWalk(CodedInputStream in) {
    this.in = in;
  }

  /** What is done with a whole file. */
  @FunctionalInterface
  interface Whole {
    Fields from(ProtoWalk walk);
  }

  /**
   * Goes through a file.
   *
   * @throws RefusedNetwork if it is too long, or no sound protobuf
   * @throws IOException if it cannot be read
   */
  static void file(Path file, Whole whole) throws IOException {
    long bytes = Files.size(file);
    if (bytes > NetworkInspection.MAX_FILE_BYTES) {
      throw new RefusedNetwork(
          "expected a file of at most %d bytes, found %d"
              .formatted(NetworkInspection.MAX_FILE_BYTES, bytes));
    }
    // A channel's stream never skips beyond the end, which a plain file's stream does.
    try (InputStream stream = Files.newInputStream(file)) {
      ProtoWalk walk = new ProtoWalk(CodedInputStream.newInstance(stream, 1 << 16));
      walk.in.pushLimit((int) bytes);
      walk.fields(whole.from(walk));
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedNetwork("expected a sound ONNX file: " + e.getMessage(), e);
    }
  }

  /** Reads a message that begins here with its length. */
  void message(Fields fields) throws IOException {
    int outer = in.pushLimit(length());
    fields(fields);
    in.popLimit(outer);
  }

  private void fields(Fields fields) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int wire = WireFormat.getTagWireType(tag);
      if (fields.take(WireFormat.getTagFieldNumber(tag), wire)) {
        continue;
      }
      switch (wire) {
        case VARINT -> in.readRawVarint64();
        case FIXED64 -> skip(8);
        case BYTES -> skip(length());
        case FIXED32 -> skip(4);
        // Groups, which nest without a length and which ONNX has none of.
        default ->
            throw new RefusedNetwork(
                "expected a sound ONNX file, found a field of wire type " + wire);
      }
    }
  }

  /** A length that is known to be there. */
  int length() throws IOException {
    int length = in.readRawVarint32();
    if (length < 0 || length > in.getBytesUntilLimit()) {
      throw new RefusedNetwork(
          "expected a sound ONNX file, found %d bytes stated where %d are left"
              .formatted(Integer.toUnsignedLong(length), in.getBytesUntilLimit()));
    }
    return length;
  }

  void skip(int bytes) throws IOException {
    in.skipRawBytes(bytes);
  }

  byte[] bytes(int length) throws IOException {
    return in.readRawBytes(length);
  }

  long varint() throws IOException {
    return in.readRawVarint64();
  }

  float real() throws IOException {
    return in.readFloat();
  }

  /** A text of at most {@value NetworkInspection#LONGEST_NAME} bytes. */
  String text() throws IOException {
    int length = length();
    if (length > NetworkInspection.LONGEST_NAME) {
      throw new RefusedNetwork(
          "expected names of at most %d bytes, found one of %d"
              .formatted(NetworkInspection.LONGEST_NAME, length));
    }
    nameBytes += length;
    if (nameBytes > NetworkInspection.MOST_NAME_BYTES) {
      throw new RefusedNetwork(
          "expected at most %d bytes of names, found more"
              .formatted(NetworkInspection.MOST_NAME_BYTES));
    }
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }

  /** What is done with each number of a field. */
  @FunctionalInterface
  interface Numbers {
    void take(long number) throws IOException;
  }

  /** Whole numbers, of which a field has one, or many packed. */
  void varints(int wire, Numbers numbers) throws IOException {
    if (wire == VARINT) {
      numbers.take(in.readRawVarint64());
      return;
    }
    int outer = in.pushLimit(length());
    while (in.getBytesUntilLimit() > 0) {
      numbers.take(in.readRawVarint64());
    }
    in.popLimit(outer);
  }
}
