package idunno.core.files;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli; RFC 3720, B.4) of bytes, and of bytes that were summed in parts.
 *
 * <p>Intuition for the parts: a CRC is a remainder modulo a polynomial over GF(2), and bytes that
 * follow only multiply what came before by a power of x. So the sum of a file follows from the sums
 * of its extents and their lengths, without another look at the bytes.
 */
public final class Crc32c {
  /** The polynomial, its bits reversed: the highest bit stands for x to the power of 0. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private static final int ONE = 1 << 31;
  private static final int X = 1 << 30;

  /** {@code x^(2^i)} modulo the polynomial. */
  private static final int[] POWERS = powers();

  private Crc32c() {}

  /** The checksum of what remains in a buffer, which is left as it was. */
  public static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /**
   * The checksum of two stretches of bytes, one behind the other.
   *
   * @param first the checksum of the first
   * @param second the checksum of the second
   * @param secondBytes how long the second is
   */
  public static int combine(int first, int second, long secondBytes) {
    return multiply(powerOfX(8 * secondBytes), first) ^ second;
  }

  private static int powerOfX(long exponent) {
    int power = ONE;
    for (int i = 0; i < Long.SIZE && exponent >>> i != 0; i++) {
      if ((exponent >>> i & 1) != 0) {
        power = multiply(POWERS[i], power);
      }
    }
    return power;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }

  private static int[] powers() {
    int[] powers = new int[Long.SIZE];
    powers[0] = X;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = multiply(powers[i - 1], powers[i - 1]);
    }
    return powers;
  }
}
