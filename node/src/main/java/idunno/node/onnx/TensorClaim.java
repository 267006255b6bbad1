package idunno.node.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a constant in an ONNX file says of itself ({@code TensorProto}), held against the bytes that
 * are there: whoever loads it takes memory by what it says.
 */
final class TensorClaim {
  private static final int MAX_RANK = 32;
  private static final int SMALL = 16;

  private final ProtoWalk walk;
  private final String where;
  private String name = "";
  private final List<Long> sides = new ArrayList<>();
  private int type;
  private long rawBytes = -1;
  private long storedAtMost;
  private final List<Double> small = new ArrayList<>();
  private byte[] smallRaw = {};

  private TensorClaim(ProtoWalk walk, String where) {
    this.walk = walk;
    this.where = where;
  }

  /**
   * Reads the constant that begins here, but for its data, and checks it.
   *
   * @param where what to call it where it has no name of its own
   * @throws RefusedNetwork if its data is in another file, or not as much as its shape needs
   */
  static TensorClaim read(ProtoWalk walk, String where) throws IOException {
    TensorClaim claim = new TensorClaim(walk, where);
    walk.message(claim::take);
    claim.check();
    return claim;
  }

  private boolean take(int number, int wire) throws IOException {
    switch (number) {
      case 1 -> {
        if (wire != ProtoWalk.VARINT && wire != ProtoWalk.BYTES) {
          return false;
        }
        walk.varints(wire, this::side);
      }
      case 2 -> {
        if (wire != ProtoWalk.VARINT) {
          return false;
        }
        type = (int) walk.varint();
      }
      case 4, 5, 7, 10, 11 -> stored(number, wire);
      case 6 -> {
        storedAtMost++;
        return false;
      }
      case 8 -> {
        if (wire != ProtoWalk.BYTES) {
          return false;
        }
        name = walk.text();
      }
      case 9 -> {
        if (wire != ProtoWalk.BYTES) {
          return false;
        }
        if (rawBytes >= 0) {
          throw refused("its data is there twice");
        }
        int length = walk.length();
        rawBytes = length;
        if (length <= 8 * SMALL) {
          smallRaw = walk.bytes(length);
        } else {
          walk.skip(length);
        }
      }
      case 13 -> throw external();
      case 14 -> {
        if (wire != ProtoWalk.VARINT) {
          return false;
        }
        if (walk.varint() != 0) {
          throw external();
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void side(long side) throws IOException {
    if (sides.size() == MAX_RANK) {
      throw refused("more than " + MAX_RANK + " sides");
    }
    sides.add(side);
  }

  /** Numbers of the fields for single types; a packed one has a byte at least for each. */
  private void stored(int field, int wire) throws IOException {
    if (wire != ProtoWalk.BYTES) {
      storedAtMost++;
      walkOver(wire);
      return;
    }
    int width =
        switch (field) {
          case 4 -> 4;
          case 10 -> 8;
          default -> 1;
        };
    int length = walk.length();
    storedAtMost += length / width;
    if (field == 7 && length <= 10 * SMALL) {
      byte[] packed = walk.bytes(length);
      long value = 0;
      int shift = 0;
      for (byte part : packed) {
        value |= (part & 0x7fL) << shift;
        shift += 7;
        if (part >= 0) {
          remember((double) value);
          value = 0;
          shift = 0;
        }
      }
    } else if (field == 4 && length <= 4 * SMALL) {
      ByteBuffer floats = ByteBuffer.wrap(walk.bytes(length)).order(ByteOrder.LITTLE_ENDIAN);
      while (floats.remaining() >= 4) {
        remember(floats.getFloat());
      }
    } else {
      walk.skip(length);
    }
  }

  private void walkOver(int wire) throws IOException {
    switch (wire) {
      case ProtoWalk.VARINT -> remember((double) walk.varint());
      case ProtoWalk.FIXED32 -> remember(walk.real());
      case ProtoWalk.FIXED64 -> walk.skip(8);
      default -> throw refused("a field of wire type " + wire);
    }
  }

  private void remember(double number) {
    if (small.size() <= SMALL) {
      small.add(number);
    }
  }

  private void check() throws IOException {
    long values = 1;
    for (long side : sides) {
      if (side < 0) {
        throw refused("expected no negative side, found " + sides);
      }
      try {
        values = Math.multiplyExact(values, side);
      } catch (ArithmeticException e) {
        throw refused("expected a shape that can be counted, found " + sides, e);
      }
    }
    int bits = bits();
    if (bits == 0) {
      throw refused("its type, number " + type + ", is not known here");
    }
    // Data types of less than 8 bits lie two or four in a byte.
    long most = rawBytes >= 0 ? rawBytes * 8 / bits : storedAtMost * Math.max(1, 8 / bits);
    if (values > most) {
      throw refused(
          "shape %s needs %d values of %d bits, found data for %d at most"
              .formatted(sides, values, bits, most));
    }
  }

  /** How many bits a value has; 0 for a type that is not known here, the bytes' for texts. */
  private int bits() {
    return switch (type) {
      case 1, 6, 12 -> 32;
      case 2, 3, 8, 9, 17, 18, 19, 20, 24 -> 8;
      case 4, 5, 10, 16 -> 16;
      case 7, 11, 13, 14 -> 64;
      case 15 -> 128;
      case 21, 22, 23 -> 4;
      case 25, 26 -> 2;
      default -> 0;
    };
  }

  String name() {
    return name;
  }

  /** The numbers of a small constant of whole numbers or floats; none of a larger one. */
  List<Double> small() {
    if (small.size() > SMALL) {
      return List.of();
    }
    ByteBuffer raw = ByteBuffer.wrap(smallRaw).order(ByteOrder.LITTLE_ENDIAN);
    List<Double> numbers = new ArrayList<>(small);
    int width = bits() / 8;
    while (width > 0 && raw.remaining() >= width && numbers.size() < SMALL) {
      switch (type) {
        case 1 -> numbers.add((double) raw.getFloat());
        case 6 -> numbers.add((double) raw.getInt());
        case 7 -> numbers.add((double) raw.getLong());
        default -> {
          return numbers;
        }
      }
    }
    return numbers;
  }

  private RefusedNetwork external() {
    return refused("its data is in another file; store the weights in the file itself");
  }

  private RefusedNetwork refused(String why) {
    return new RefusedNetwork("tensor " + (name.isEmpty() ? where : name) + ": " + why);
  }

  private RefusedNetwork refused(String why, Throwable cause) {
    return new RefusedNetwork("tensor " + (name.isEmpty() ? where : name) + ": " + why, cause);
  }
}
