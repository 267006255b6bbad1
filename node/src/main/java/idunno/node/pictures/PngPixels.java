package idunno.node.pictures;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a PNG file's pixels row by row, so that no more memory is taken than the picture needs
 * and one row, whatever the packed data would unpack to.
 *
 * <p>Samples of 16 bits lose their lower 8, also for grey, where PIL's {@code convert("RGB")} cuts
 * all above 255 to white: that is a known fault, and no network was trained on white pictures.
 * Samples of fewer bits are spread over 0 to 255.
 */
final class PngPixels {
  /** Data behind the last row that is forgiven, as other readers do. */
  private static final int SPARE_BYTES = 1 << 16;

  private static final int[] WHOLE = {0, 0, 1, 1};

  /** The passes of an interlaced picture: first column, first row, and the steps of both. */
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private final PngFile png;
  private final Inflater inflater;
  private final byte[] rgb;
  private final byte @Nullable [] alpha;
  private final byte[] spread; // of a grey or an index of fewer than 8 bits
  private final int[] transparent; // the one colour's samples, -1 where there is none
  private int stretch;

  private PngPixels(PngFile png, Inflater inflater, boolean wantsAlpha) {
    this.png = png;
    this.inflater = inflater;
    int pixels = png.width * png.height;
    boolean hasAlpha = png.transparency != null || png.colourType >= PngFile.GREY_ALPHA;
    this.rgb = new byte[3 * pixels];
    this.alpha = wantsAlpha && hasAlpha ? Decoded.opaque(pixels) : null;
    this.spread = new byte[256];
    int most = (1 << Math.min(png.depth, 8)) - 1;
    for (int i = 0; i <= most; i++) {
      spread[i] = (byte) (i * 255 / most);
    }
    this.transparent = transparentColour(png);
  }

  private static int[] transparentColour(PngFile png) {
    int[] colour = {-1, -1, -1};
    byte[] stored = png.transparency;
    int samples = png.samples();
    if (stored != null && png.colourType <= PngFile.COLOUR && stored.length >= 2 * samples) {
      for (int i = 0; i < samples; i++) {
        colour[i] = (stored[2 * i] & 0xFF) << 8 | (stored[2 * i + 1] & 0xFF);
      }
    }
    return colour;
  }

  /** Decodes a PNG file. */
  static Decoded decode(FileBytes file, boolean wantsAlpha) throws BrokenPicture {
    PngFile png = new PngFile(file);
    Inflater inflater = new Inflater();
    try {
      PngPixels pixels = new PngPixels(png, inflater, wantsAlpha);
      for (int[] pass : png.interlaced ? ADAM7 : new int[][] {WHOLE}) {
        pixels.unpack(pass);
      }
      pixels.checkNoMore();
      return new Decoded(png.width, png.height, pixels.rgb, pixels.alpha, png.orientation);
    } catch (DataFormatException e) {
      throw file.broken("the packed data is damaged");
    } finally {
      inflater.end();
    }
  }

  private void unpack(int[] pass) throws BrokenPicture, DataFormatException {
    int columns = Math.ceilDiv(png.width - pass[0], pass[2]);
    int rows = Math.ceilDiv(png.height - pass[1], pass[3]);
    if (columns <= 0 || rows <= 0) {
      return;
    }
    int bitsPerPixel = png.depth * png.samples();
    int back = Math.max(1, bitsPerPixel / 8);
    int rowBytes = Math.ceilDiv(columns * bitsPerPixel, 8);
    // A row begins with its filter's number; before it there is room for the pixel to the left.
    byte[] above = new byte[back + rowBytes];
    byte[] row = new byte[back + rowBytes];
    byte[] number = new byte[1];
    for (int y = 0; y < rows; y++) {
      read(number, 0, 1);
      read(row, back, rowBytes);
      unfilter(number[0], row, above, back);
      int first = (pass[1] + y * pass[3]) * png.width + pass[0];
      write(row, back, columns, first, pass[2]);
      byte[] spare = above;
      above = row;
      row = spare;
    }
  }

  private void read(byte[] into, int from, int length) throws BrokenPicture, DataFormatException {
    int done = 0;
    while (done < length) {
      done += inflater.inflate(into, from + done, length - done);
      if (done < length && !feed()) {
        throw png.file.broken("the packed data ends before the picture does");
      }
    }
  }

  /** False if there is no more to feed. */
  private boolean feed() {
    if (inflater.finished() || inflater.needsDictionary() || stretch == png.packed.size()) {
      return false;
    }
    if (inflater.needsInput()) {
      PngFile.Stretch next = png.packed.get(stretch++);
      png.file.feed(inflater, next.at(), next.length());
    }
    return true;
  }

  private void checkNoMore() throws BrokenPicture, DataFormatException {
    byte[] sink = new byte[SPARE_BYTES];
    int spare = 0;
    do {
      spare += inflater.inflate(sink, spare, SPARE_BYTES - spare);
      if (spare == SPARE_BYTES) {
        throw png.file.broken("the data unpacks to more than the picture's size");
      }
    } while (feed());
  }

  private void unfilter(int filter, byte[] row, byte[] above, int back) throws BrokenPicture {
    int end = row.length;
    switch (filter) {
      case 0 -> {}
      case 1 -> {
        for (int i = back; i < end; i++) {
          row[i] += row[i - back];
        }
      }
      case 2 -> {
        for (int i = back; i < end; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = back; i < end; i++) {
          row[i] += (byte) (((row[i - back] & 0xFF) + (above[i] & 0xFF)) >> 1);
        }
      }
      case 4 -> {
        for (int i = back; i < end; i++) {
          row[i] += paeth(row[i - back] & 0xFF, above[i] & 0xFF, above[i - back] & 0xFF);
        }
      }
      default -> throw png.file.broken("there is no row filter " + (filter & 0xFF));
    }
  }

  private static byte paeth(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    return (byte) (toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner);
  }

  /** Writes a row's pixels to every {@code step}-th place. */
  private void write(byte[] row, int from, int columns, int first, int step) {
    int wide = png.depth == 16 ? 2 : 1;
    int in = from;
    int out = first;
    switch (png.colourType) {
      case PngFile.GREY, PngFile.PALETTE -> {
        for (int i = 0; i < columns; i++, out += step) {
          writeIndexOrGrey(sample(row, from, i), out);
        }
      }
      case PngFile.GREY_ALPHA -> {
        for (int i = 0; i < columns; i++, out += step, in += 2 * wide) {
          writeGrey(row[in], out);
          writeAlpha(row[in + wide], out);
        }
      }
      default -> {
        boolean hasAlpha = png.colourType == PngFile.COLOUR_ALPHA;
        int stride = (hasAlpha ? 4 : 3) * wide;
        for (int i = 0; i < columns; i++, out += step, in += stride) {
          rgb[3 * out] = row[in];
          rgb[3 * out + 1] = row[in + wide];
          rgb[3 * out + 2] = row[in + 2 * wide];
          if (hasAlpha) {
            writeAlpha(row[in + 3 * wide], out);
          } else if (alpha != null && isTransparent(row, in, wide)) {
            alpha[out] = 0;
          }
        }
      }
    }
  }

  private void writeIndexOrGrey(int value, int out) {
    if (png.colourType == PngFile.PALETTE) {
      System.arraycopy(png.palette, 3 * value, rgb, 3 * out, 3);
      byte[] opacity = png.transparency;
      if (opacity != null && value < opacity.length) {
        writeAlpha(opacity[value], out);
      }
    } else {
      writeGrey(png.depth == 16 ? (byte) (value >> 8) : spread[value], out);
      if (value == transparent[0]) {
        writeAlpha((byte) 0, out);
      }
    }
  }

  private void writeGrey(byte grey, int out) {
    rgb[3 * out] = grey;
    rgb[3 * out + 1] = grey;
    rgb[3 * out + 2] = grey;
  }

  private void writeAlpha(byte opacity, int out) {
    if (alpha != null) {
      alpha[out] = opacity;
    }
  }

  /** The only sample of a pixel, with all its bits. */
  private int sample(byte[] row, int from, int pixel) {
    return switch (png.depth) {
      case 8 -> row[from + pixel] & 0xFF;
      case 16 -> (row[from + 2 * pixel] & 0xFF) << 8 | (row[from + 2 * pixel + 1] & 0xFF);
      default -> {
        int bit = pixel * png.depth;
        int shift = 8 - png.depth - (bit & 7);
        yield (row[from + (bit >> 3)] >> shift) & ((1 << png.depth) - 1);
      }
    };
  }

  private boolean isTransparent(byte[] row, int in, int wide) {
    for (int c = 0; c < 3; c++) {
      int at = in + c * wide;
      int value = wide == 1 ? row[at] & 0xFF : (row[at] & 0xFF) << 8 | (row[at + 1] & 0xFF);
      if (value != transparent[c]) {
        return false;
      }
    }
    return true;
  }
}
