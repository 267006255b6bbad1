package idunno.node.convert.torch;

import java.nio.ByteBuffer;

/** The types of a tensor's values, little-endian, as PyTorch and safetensors name them. */
enum ElementType {
  FLOAT64(8, "DoubleStorage", "F64"),
  FLOAT32(4, "FloatStorage", "F32"),
  FLOAT16(2, "HalfStorage", "F16"),
  BFLOAT16(2, "BFloat16Storage", "BF16"),
  INT64(8, "LongStorage", "I64"),
  INT32(4, "IntStorage", "I32"),
  INT16(2, "ShortStorage", "I16"),
  INT8(1, "CharStorage", "I8"),
  UINT8(1, "ByteStorage", "U8"),
  BOOL(1, "BoolStorage", "BOOL"),
  UINT16(2, "", "U16"),
  UINT32(4, "", "U32"),
  UINT64(8, "", "U64"),
  FLOAT8_E4M3(1, "", "F8_E4M3"),
  FLOAT8_E5M2(1, "", "F8_E5M2");

  /** How many bytes a value has. */
  final int bytes;

  /** The class in package {@code torch} whose storages hold such values; empty if there is none. */
  final String torchStorage;

  /** The name in a safetensors header. */
  final String safetensors;

  ElementType(int bytes, String torchStorage, String safetensors) {
    this.bytes = bytes;
    this.torchStorage = torchStorage;
    this.safetensors = safetensors;
  }

  /** Whether weights may have this type. */
  boolean isReal() {
    return switch (this) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 -> true;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
      case UINT16, UINT32, UINT64, FLOAT8_E4M3, FLOAT8_E5M2 -> false;
    };
  }

  /**
   * One value as a 32-bit float.
   *
   * @param at the position of its first byte
   * @throws IllegalArgumentException if the type is not {@linkplain #isReal real}
   */
  float real(ByteBuffer littleEndian, int at) {
    return switch (this) {
      case FLOAT64 -> (float) littleEndian.getDouble(at);
      case FLOAT32 -> littleEndian.getFloat(at);
      case FLOAT16 -> Float.float16ToFloat(littleEndian.getShort(at));
      // The upper half of a 32-bit float.
      case BFLOAT16 -> Float.intBitsToFloat(littleEndian.getShort(at) << 16);
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw notReal();
      case UINT16, UINT32, UINT64, FLOAT8_E4M3, FLOAT8_E5M2 -> throw notReal();
    };
  }

  private IllegalArgumentException notReal() {
    return new IllegalArgumentException("expected real numbers, found " + this);
  }
}
