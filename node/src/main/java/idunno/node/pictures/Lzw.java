package idunno.node.pictures;

/**
 * Unpacks a GIF frame's data: LZW with codes that grow from one more bit than a pixel has to 12
 * (GIF89a, appendix F). Memory is the table of 4,096 codes, whatever the data says.
 */
final class Lzw {
  private static final int MOST_CODE_BITS = 12;
  private static final int MOST_CODES = 1 << MOST_CODE_BITS;
  private static final int MOST_PIXEL_BITS = 8;

  private final FileBytes file;
  private final int end;
  private final int pixelBits;
  private int at;
  private int blockLeft;
  private int bits;
  private int bitCount;

  // A code stands for a run of pixels that was unpacked before: where it begins, and how long it
  // is.
  private final int[] starts = new int[MOST_CODES];
  private final int[] lengths = new int[MOST_CODES];

  private Lzw(FileBytes file, int at, int end) throws BrokenPicture {
    this.file = file;
    this.at = at + 1;
    this.end = end;
    this.pixelBits = file.at(at);
    if (pixelBits < 1 || pixelBits > MOST_PIXEL_BITS) {
      throw file.broken("expected pixels of 1 to 8 bits, found " + pixelBits);
    }
  }

  /**
   * Unpacks a frame.
   *
   * @param file the file
   * @param at where the number of bits of a pixel stands, before the blocks of data
   * @param end where the blocks end
   * @param pixels filled with the frame's pixels, in the order of the file
   * @throws BrokenPicture if there are too few, or a code that nothing stands behind
   */
  static void unpack(FileBytes file, int at, int end, byte[] pixels) throws BrokenPicture {
    new Lzw(file, at, end).unpack(pixels);
  }

  private void unpack(byte[] pixels) throws BrokenPicture {
    int clear = 1 << pixelBits;
    int codes = clear + 2;
    int codeBits = pixelBits + 1;
    int done = 0;
    int previous = -1; // where the previous code's run begins; -1 after a clear code
    while (done < pixels.length) {
      int code = next(codeBits);
      if (code == clear) {
        codes = clear + 2;
        codeBits = pixelBits + 1;
        previous = -1;
        continue;
      }
      if (code < 0 || code == clear + 1) {
        throw file.broken("the packed data ends before the frame does");
      }
      // The previous run and the first pixel of this one are a code of their own from now on; it
      // may
      // be this very code.
      if (previous >= 0 && codes < MOST_CODES) {
        starts[codes] = previous;
        lengths[codes] = done - previous + 1;
        codes++;
      }
      if (code >= codes) {
        throw file.broken("the packed data is damaged");
      }
      previous = done;
      if (code < clear) {
        pixels[done++] = (byte) code;
      } else {
        int from = starts[code];
        int stop = Math.min(from + lengths[code], from + pixels.length - done);
        while (from < stop) {
          pixels[done++] = pixels[from++];
        }
      }
      if (codes == 1 << codeBits && codeBits < MOST_CODE_BITS) {
        codeBits++;
      }
    }
  }

  /** The next code, or -1 at the end. */
  private int next(int codeBits) throws BrokenPicture {
    while (bitCount < codeBits) {
      if (blockLeft == 0) {
        if (at >= end || file.at(at) == 0) {
          return -1;
        }
        blockLeft = file.at(at++);
      }
      bits |= file.at(at++) << bitCount;
      bitCount += 8;
      blockLeft--;
    }
    int code = bits & ((1 << codeBits) - 1);
    bits >>>= codeBits;
    bitCount -= codeBits;
    return code;
  }
}
