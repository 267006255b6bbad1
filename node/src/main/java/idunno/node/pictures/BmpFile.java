package idunno.node.pictures;

/**
 * Decodes BMP files: 1, 4 and 8 bits with a palette, plain or run-length packed, and 16, 24 and 32
 * bits, with masks where the file has them (Microsoft's "Bitmap Storage", BITMAPCOREHEADER to
 * BITMAPV5HEADER).
 *
 * <p>A channel of {@code n} bits becomes {@code v * 255 / (2^n - 1)}, rounded down as PIL does.
 */
final class BmpFile {
  private static final int CORE_HEADER_BYTES = 12;
  private static final int PLAIN = 0;
  private static final int MASKED = 3;

  private final FileBytes file;
  private final int width;
  private final int height;
  private final boolean fromTop;
  private final int bits;
  private final int packing;
  private final int data;
  private final byte[] palette = new byte[3 * 256];
  private final int[] masks = {0x7C00, 0x3E0, 0x1F, 0}; // red, green, blue, alpha

  private BmpFile(FileBytes file) throws BrokenPicture {
    this.file = file;
    int headerBytes = file.little32(14);
    boolean core = headerBytes == CORE_HEADER_BYTES;
    if (!core && (headerBytes < 40 || headerBytes > 124)) {
      throw file.broken("expected a header of 12 or 40 to 124 bytes, found " + headerBytes);
    }
    int lines = core ? file.little16(20) : file.little32(22);
    width = core ? file.little16(18) : file.little32(18);
    height = Math.abs(lines);
    fromTop = lines < 0;
    bits = file.little16(core ? 24 : 28);
    packing = core ? PLAIN : file.little32(30);
    file.checkSize(width, height);
    boolean known =
        switch (packing) {
          case PLAIN -> bits == 1 || bits == 4 || (bits >= 8 && bits <= 32 && bits % 8 == 0);
          case BmpRuns.OF_BYTES -> bits == 8 && !fromTop;
          case BmpRuns.OF_HALVES -> bits == 4 && !fromTop;
          case MASKED -> bits == 16 || bits == 24 || bits == 32;
          default -> false;
        };
    if (!known) {
      throw file.broken("packing %d of %d bits is not read".formatted(packing, bits));
    }
    int after = 14 + headerBytes;
    if (packing == MASKED) {
      for (int i = 0; i < (headerBytes >= 56 ? 4 : 3); i++) {
        masks[i] = file.little32(54 + 4 * i);
      }
      after = Math.max(after, 66);
    } else if (bits == 32) {
      masks[0] = 0xFF0000;
      masks[1] = 0xFF00;
      masks[2] = 0xFF;
    }
    int entryBytes = core ? 3 : 4;
    int entries = bits <= 8 ? readPalette(after, entryBytes, core ? 0 : file.little32(46)) : 0;
    // Some writers forget the palette when they say where the pixels begin.
    int said = file.little32(10);
    data = said < 0 || said < after + entryBytes * entries ? after + entryBytes * entries : said;
  }

  /** How many entries there were; an index past them is a grey. */
  private int readPalette(int at, int entryBytes, int said) throws BrokenPicture {
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i / 3);
    }
    int entries = said <= 0 ? 1 << bits : Math.min(said, 256);
    for (int i = 0; i < entries; i++) {
      for (int c = 0; c < 3; c++) {
        palette[3 * i + c] = (byte) file.at(at + i * entryBytes + 2 - c);
      }
    }
    return entries;
  }

  /** Decodes a BMP file. */
  static Decoded decode(FileBytes file, boolean wantsAlpha) throws BrokenPicture {
    BmpFile bmp = new BmpFile(file);
    return switch (bmp.packing) {
      case BmpRuns.OF_BYTES, BmpRuns.OF_HALVES -> bmp.unpacked();
      default -> bmp.plain(wantsAlpha);
    };
  }

  private Decoded unpacked() throws BrokenPicture {
    byte[] indices = BmpRuns.unpack(file, data, packing == BmpRuns.OF_HALVES, width, height);
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int out = 3 * width * (height - 1 - y);
      for (int x = 0; x < width; x++, out += 3) {
        System.arraycopy(palette, 3 * (indices[y * width + x] & 0xFF), rgb, out, 3);
      }
    }
    return new Decoded(width, height, rgb, null, Exif.NONE);
  }

  private Decoded plain(boolean wantsAlpha) throws BrokenPicture {
    long rowBytes = ((long) width * bits + 31) / 32 * 4;
    // Some writers leave out the last row's padding.
    if (data + rowBytes * (height - 1) + ((long) width * bits + 7) / 8 > file.length()) {
      throw file.cutOff();
    }
    byte[] rgb = new byte[3 * width * height];
    boolean hasAlpha = wantsAlpha && bits == 32 && masks[3] != 0;
    byte[] alpha = hasAlpha ? Decoded.opaque(width * height) : null;
    Channel[] channels = new Channel[4];
    for (int c = 0; c < 4; c++) {
      channels[c] = Channel.of(masks[c]);
    }
    for (int y = 0; y < height; y++) {
      int in = data + (int) rowBytes * y;
      int first = width * (fromTop ? y : height - 1 - y);
      for (int x = 0; x < width; x++) {
        int out = 3 * (first + x);
        switch (bits) {
          case 24 -> {
            rgb[out] = (byte) file.at(in + 3 * x + 2);
            rgb[out + 1] = (byte) file.at(in + 3 * x + 1);
            rgb[out + 2] = (byte) file.at(in + 3 * x);
          }
          case 16, 32 -> {
            int pixel = bits == 16 ? file.little16(in + 2 * x) : file.little32(in + 4 * x);
            for (int c = 0; c < 3; c++) {
              rgb[out + c] = channels[c].value(pixel);
            }
            if (alpha != null) {
              alpha[first + x] = channels[3].value(pixel);
            }
          }
          default -> {
            int bit = x * bits;
            int index = file.at(in + (bit >> 3)) >> (8 - bits - (bit & 7)) & ((1 << bits) - 1);
            System.arraycopy(palette, 3 * index, rgb, out, 3);
          }
        }
      }
    }
    return new Decoded(width, height, rgb, alpha, Exif.NONE);
  }

  /** Where a channel's bits lie in a pixel. */
  private record Channel(int shift, int most) {
    static Channel of(int mask) {
      int shift = mask == 0 ? 0 : Integer.numberOfTrailingZeros(mask);
      return new Channel(shift, mask >>> shift);
    }

    byte value(int pixel) {
      return most == 0 ? 0 : (byte) ((pixel >>> shift & most) * 255L / (most & 0xFFFFFFFFL));
    }
  }
}
