package idunno.node.inference;

/**
 * Unpacks a GIF frame's data: LZW with codes that grow from one more bit than a pixel has to 12
 * (GIF89a, appendix F). Memory is the table of 4,096 codes, whatever the data says.
 */
final class Lzw {
  private static final int MOST_CODES = 4096;
  private static final int MOST_PIXEL_BITS = 8;

  private final FileBytes file;
  private final int end;
  private final int pixelBits;
  private int at;
  private int blockLeft;
  private int bits;
  private int bitCount;

  // A code stands for the run of another code and one pixel more.
  private final short[] prefix = new short[MOST_CODES];
  private final byte[] last = new byte[MOST_CODES];
  private final short[] length = new short[MOST_CODES];
  private final byte[] run = new byte[MOST_CODES + 1];

  /**
   * Prepares to unpack.
   *
   * @param file the file
   * @param at where the number of bits of a pixel stands, before the blocks of data
   * @param end where the blocks end
   */
  Lzw(FileBytes file, int at, int end) throws BrokenPicture {
    this.file = file;
    this.at = at + 1;
    this.end = end;
    this.pixelBits = file.at(at);
    if (pixelBits < 1 || pixelBits > MOST_PIXEL_BITS) {
      throw file.broken("expected pixels of 1 to 8 bits, found " + pixelBits);
    }
    for (int i = 0; i < 1 << pixelBits; i++) {
      last[i] = (byte) i;
      length[i] = 1;
    }
  }

  /** Unpacks until the frame is full. */
  void unpack(GifRows rows) throws BrokenPicture {
    int clear = 1 << pixelBits;
    int codes = clear + 2;
    int codeBits = pixelBits + 1;
    int previous = -1;
    while (!rows.isFull()) {
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
      if (code > codes || (code == codes && previous < 0)) {
        throw file.broken("the packed data is damaged");
      }
      int runLength;
      if (code == codes) {
        // The run that this very code is about to stand for: the previous and its own first pixel.
        runLength = unroll(previous);
        run[runLength] = run[0];
        runLength++;
      } else {
        runLength = unroll(code);
      }
      rows.put(run, 0, runLength);
      if (previous >= 0 && codes < MOST_CODES) {
        prefix[codes] = (short) previous;
        last[codes] = run[0];
        length[codes] = (short) (length[previous] + 1);
        codes++;
        if (codes == 1 << codeBits && codeBits < 12) {
          codeBits++;
        }
      }
      previous = code;
    }
  }

  private int unroll(int code) {
    int runLength = length[code];
    int from = code;
    for (int i = runLength - 1; i >= 0; i--) {
      run[i] = last[from];
      from = prefix[from];
    }
    return runLength;
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
