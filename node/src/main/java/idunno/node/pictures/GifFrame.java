package idunno.node.pictures;

import java.util.Arrays;

/**
 * Decodes the first frame of a GIF file (GIF89a), which stands for the picture.
 *
 * <p>As PIL's: where the frame does not reach, the picture has the transparent colour if there is
 * one and else the first; a frame that reaches beyond the picture widens it; a colour without an
 * entry in the table is a grey; and a transparent pixel has the colour of its table entry.
 */
final class GifFrame {
  private static final int FRAME = 0x2C;
  private static final int EXTENSION = 0x21;
  private static final int CONTROL = 0xF9;

  private final FileBytes file;
  private final byte[] table = new byte[3 * 256];
  private int transparent = -1;

  private GifFrame(FileBytes file) {
    this.file = file;
    fillWithGreys();
  }

  /** Decodes a GIF file's first frame. */
  static Decoded decode(FileBytes file, boolean wantsAlpha) throws BrokenPicture {
    return new GifFrame(file).read(wantsAlpha);
  }

  private void fillWithGreys() {
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) (i / 3);
    }
  }

  private Decoded read(boolean wantsAlpha) throws BrokenPicture {
    int at = 13 + readTable(13, file.at(10));
    while (file.at(at) == EXTENSION) {
      if (file.at(at + 1) == CONTROL && file.at(at + 2) >= 4 && (file.at(at + 3) & 1) == 1) {
        transparent = file.at(at + 6);
      }
      at = afterSubBlocks(at + 2);
    }
    if (file.at(at) != FRAME) {
      throw file.broken("expected a frame at byte " + at + ", found none");
    }
    int left = file.little16(at + 1);
    int top = file.little16(at + 3);
    int frameWidth = file.little16(at + 5);
    int frameHeight = file.little16(at + 7);
    int flags = file.at(at + 9);
    int data = at + 10 + readTable(at + 10, flags);
    int end = afterSubBlocks(data + 1);
    int width = Math.max(file.little16(6), left + frameWidth);
    int height = Math.max(file.little16(8), top + frameHeight);
    int pixels = file.checkSize(width, height);
    byte[] frame = new byte[frameWidth * frameHeight];
    Lzw.unpack(file, data, end, frame);
    boolean interlaced = (flags & 0x40) != 0;
    if (frame.length == pixels && !interlaced) {
      return colour(frame, width, height, wantsAlpha);
    }
    byte[] indices = new byte[pixels];
    if (transparent > 0) {
      Arrays.fill(indices, (byte) transparent);
    }
    for (int i = 0; i < frameHeight; i++) {
      int y = top + (interlaced ? rowInTurn(i, frameHeight) : i);
      System.arraycopy(frame, i * frameWidth, indices, y * width + left, frameWidth);
    }
    return colour(indices, width, height, wantsAlpha);
  }

  /** Where an interlaced frame's next row lies: first every eighth, then those between. */
  private static int rowInTurn(int turn, int height) {
    int left = turn;
    int rows = Math.ceilDiv(height, 8);
    if (left < rows) {
      return 8 * left;
    }
    left -= rows;
    for (int start = 4; start > 1; start >>= 1) {
      rows = Math.ceilDiv(height - start, 2 * start);
      if (left < rows) {
        return start + 2 * start * left;
      }
      left -= rows;
    }
    return 1 + 2 * left;
  }

  private Decoded colour(byte[] indices, int width, int height, boolean wantsAlpha) {
    byte[] rgb = new byte[3 * indices.length];
    byte[] alpha = wantsAlpha && transparent >= 0 ? Decoded.opaque(indices.length) : null;
    for (int i = 0; i < indices.length; i++) {
      int index = indices[i] & 0xFF;
      rgb[3 * i] = table[3 * index];
      rgb[3 * i + 1] = table[3 * index + 1];
      rgb[3 * i + 2] = table[3 * index + 2];
      if (alpha != null && index == transparent) {
        alpha[i] = 0;
      }
    }
    return new Decoded(width, height, rgb, alpha, Exif.NONE);
  }

  /** Reads a colour table where the flags say that there is one, and says how long it is. */
  private int readTable(int at, int flags) throws BrokenPicture {
    if ((flags & 0x80) == 0) {
      return 0;
    }
    byte[] found = file.copy(at, 3 << ((flags & 7) + 1));
    fillWithGreys(); // a frame's own table leaves nothing of the picture's
    System.arraycopy(found, 0, table, 0, found.length);
    return found.length;
  }

  private int afterSubBlocks(int from) throws BrokenPicture {
    int at = from;
    while (file.at(at) != 0) {
      at += 1 + file.at(at);
    }
    return at + 1;
  }
}
