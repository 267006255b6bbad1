package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Constants of a quantised network. */
final class Constants {
  private Constants() {}

  /** Numbers from -128 to 127. */
  static TensorProto bytes(String name, List<Long> shape, byte[] values) {
    return constant(name, TensorProto.DataType.INT8, shape, values);
  }

  /** One number from 0 to 255, without a shape. */
  static TensorProto unsignedByte(String name, int value) {
    return constant(name, TensorProto.DataType.UINT8, List.of(), new byte[] {(byte) value});
  }

  static TensorProto ints(String name, int[] values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asIntBuffer().put(values);
    return constant(name, TensorProto.DataType.INT32, List.of((long) values.length), raw.array());
  }

  static TensorProto floats(String name, float[] values) {
    return floats(name, List.of((long) values.length), values);
  }

  /** One number, without a shape. */
  static TensorProto real(String name, float value) {
    return floats(name, List.of(), new float[] {value});
  }

  static TensorProto floats(String name, List<Long> shape, float[] values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return constant(name, TensorProto.DataType.FLOAT, shape, raw.array());
  }

  private static TensorProto constant(
      String name, TensorProto.DataType type, List<Long> shape, byte[] raw) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type.getNumber())
        .addAllDims(shape)
        .setRawData(UnsafeByteOperations.unsafeWrap(raw))
        .build();
  }
}
