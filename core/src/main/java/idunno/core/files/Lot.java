package idunno.core.files;

/** Numbers that look drawn, and are the same for the same text on every machine. */
final class Lot {
  private Lot() {}

  /** 64 bits of a text: FNV-1a, then a finaliser so that close texts draw far lots. */
  static long of(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** Spreads every bit over all (the finaliser of MurmurHash3 by Austin Appleby). */
  static long mix(long bits) {
    long hash = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /** A lot as a number between 0 and 1, both excluded. */
  static double unit(long lot) {
    return ((lot >>> 11) + 0.5) * 0x1p-53;
  }
}
