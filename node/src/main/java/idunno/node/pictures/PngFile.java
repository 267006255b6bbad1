package idunno.node.pictures;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PNG file (W3C "Portable Network Graphics", third edition) taken apart: what its chunks say, and
 * where the packed pixels lie. Every checksum is looked at, and the end must be there.
 */
final class PngFile {
  /** The colour types: sums of palette 1, colour 2 and alpha 4. */
  static final int GREY = 0;

  static final int COLOUR = 2;
  static final int PALETTE = 3;
  static final int GREY_ALPHA = 4;
  static final int COLOUR_ALPHA = 6;

  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int TRNS = 0x74524E53;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;

  /** A stretch of the packed pixels. */
  record Stretch(int at, int length) {}

  final FileBytes file;
  final List<Stretch> packed = new ArrayList<>();
  final int width;
  final int height;
  final int depth;
  final int colourType;
  final boolean interlaced;
  int orientation = Exif.NONE;

  /** Red, green, blue of each index; an index past the palette is a grey, as it is for PIL. */
  final byte[] palette = new byte[3 * 256];

  /** The opacity of each index, or the one colour that is transparent: 1 or 3 samples. */
  byte @Nullable [] transparency;

  PngFile(FileBytes file) throws BrokenPicture {
    this.file = file;
    if (file.big32(12) != IHDR || file.big32(8) != 13) {
      throw file.broken("expected the header first");
    }
    // Before the size is believed: a file that is cut off is told as such.
    int paletteAt = walk();
    file.checkSize(file.big32(16) & 0xFFFFFFFFL, file.big32(20) & 0xFFFFFFFFL);
    width = file.big32(16);
    height = file.big32(20);
    depth = file.at(24);
    colourType = file.at(25);
    interlaced = file.at(28) == 1;
    boolean known =
        switch (colourType) {
          case GREY -> depth == 16 || (depth <= 8 && Integer.bitCount(depth) == 1);
          case PALETTE -> depth <= 8 && Integer.bitCount(depth) == 1;
          case COLOUR, GREY_ALPHA, COLOUR_ALPHA -> depth == 8 || depth == 16;
          default -> false;
        };
    if (!known || file.at(26) != 0 || file.at(27) != 0 || file.at(28) > 1) {
      throw file.broken(
          "there is no colour type %d of %d bits, or the packing is unknown"
              .formatted(colourType, depth));
    }
    if (packed.isEmpty() || (colourType == PALETTE && paletteAt < 0)) {
      throw file.broken("the pixels or their palette are missing");
    }
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i / 3);
    }
    if (colourType == PALETTE) {
      byte[] stored = file.copy(paletteAt + 8, Math.min(file.big32(paletteAt), palette.length));
      System.arraycopy(stored, 0, palette, 0, stored.length / 3 * 3);
    }
  }

  /** Where the palette's chunk is, or -1. */
  private int walk() throws BrokenPicture {
    int paletteAt = -1;
    int type = 0;
    for (int at = 8; type != IEND; ) {
      int length = file.big32(at);
      if (length < 0 || length > file.length() - at - 12) {
        throw file.cutOff();
      }
      type = file.big32(at + 4);
      if (file.checksum(at + 4, length + 4) != file.big32(at + 8 + length)) {
        throw file.broken("the checksum of the chunk at byte " + at + " is wrong");
      }
      switch (type) {
        case PLTE -> paletteAt = at;
        case TRNS -> transparency = file.copy(at + 8, Math.min(length, 256));
        case IDAT -> packed.add(new Stretch(at + 8, length));
        case EXIF -> orientation = Exif.orientation(file, at + 8, length);
        default -> {}
      }
      at += 12 + length;
    }
    return paletteAt;
  }

  /** How many samples make a pixel. */
  int samples() {
    return switch (colourType) {
      case GREY_ALPHA -> 2;
      case COLOUR -> 3;
      case COLOUR_ALPHA -> 4;
      default -> 1;
    };
  }
}
