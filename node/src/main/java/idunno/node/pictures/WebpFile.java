package idunno.node.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decodes WebP files, lossy and lossless: walks the container (RFC 9649), finds the orientation and
 * the first frame, and has {@link WebpLibrary} decode that.
 *
 * <p>The library decodes stills alone, so an animation's first frame is handed to it as a still;
 * what it leaves free of the canvas is transparent black, as in PIL.
 */
final class WebpFile {
  private static final int HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int EXTENDED_BYTES = 10;
  private static final int FRAME_HEADER_BYTES = 16;

  private static final int ANIMATED = 0x02;
  private static final int HAS_EXIF = 0x08;
  private static final int HAS_ALPHA = 0x10;

  private final FileBytes file;
  private final int end;
  private int flags;
  private int width;
  private int height;
  private int orientation = Exif.NONE;
  private int frameAt = -1;
  private int frameBytes;
  private boolean hasPixels;

  private WebpFile(FileBytes file) throws BrokenPicture {
    this.file = file;
    long said = (file.little32(4) & 0xFFFFFFFFL) + CHUNK_HEADER_BYTES;
    if (said > file.length()) {
      throw file.cutOff();
    }
    this.end = (int) said;
  }

  /** Decodes a WebP file. */
  static Decoded decode(FileBytes file, boolean wantsAlpha) throws BrokenPicture {
    WebpFile webp = new WebpFile(file);
    webp.walk();
    return webp.decode(wantsAlpha);
  }

  private void walk() throws BrokenPicture {
    int at = HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= end) {
      long length = file.little32(at + 4) & 0xFFFFFFFFL;
      int data = at + CHUNK_HEADER_BYTES;
      if (length > end - data) {
        throw file.cutOff();
      }
      if (is(at, "VP8X") && at == HEADER_BYTES && length >= EXTENDED_BYTES) {
        flags = file.at(data);
        width = 1 + little24(data + 4);
        height = 1 + little24(data + 7);
        file.checkSize(width, height);
      } else if (is(at, "EXIF") && (flags & HAS_EXIF) != 0) {
        orientation = Exif.orientation(file, data, (int) length);
      } else if (is(at, "ANMF") && frameAt < 0 && length > FRAME_HEADER_BYTES) {
        frameAt = data;
        frameBytes = (int) length;
      } else if (is(at, "VP8 ") || is(at, "VP8L")) {
        hasPixels = true;
      }
      at = (int) Math.min(end, data + length + (length & 1)); // to an even place
    }
  }

  private Decoded decode(boolean wantsAlpha) throws BrokenPicture {
    if ((flags & ANIMATED) != 0) {
      if (frameAt < 0) {
        throw file.broken("an animation without a frame");
      }
      return firstFrame(wantsAlpha);
    }
    if (!hasPixels) {
      throw file.broken("the pixels are missing");
    }
    return WebpLibrary.decode(file, file.copy(0, end), wantsAlpha, orientation);
  }

  private Decoded firstFrame(boolean wantsAlpha) throws BrokenPicture {
    long left = 2L * little24(frameAt);
    long top = 2L * little24(frameAt + 3);
    int frameWidth = 1 + little24(frameAt + 6);
    int frameHeight = 1 + little24(frameAt + 9);
    if (left + frameWidth > width || top + frameHeight > height) {
      throw file.broken("the first frame leaves the canvas");
    }
    Decoded frame =
        WebpLibrary.decode(file, asStill(frameWidth, frameHeight), wantsAlpha, orientation);
    if (frame.width() != frameWidth || frame.height() != frameHeight) {
      throw file.broken("the first frame has two sizes");
    }
    if (frameWidth == width && frameHeight == height) {
      return frame;
    }
    byte[] rgb = new byte[3 * width * height];
    byte[] alpha = wantsAlpha ? new byte[width * height] : null;
    byte[] frameAlpha =
        frame.alpha() == null ? Decoded.opaque(frameWidth * frameHeight) : frame.alpha();
    for (int y = 0; y < frameHeight; y++) {
      int to = ((int) top + y) * width + (int) left;
      int from = y * frameWidth;
      System.arraycopy(frame.rgb(), 3 * from, rgb, 3 * to, 3 * frameWidth);
      if (alpha != null) {
        System.arraycopy(frameAlpha, from, alpha, to, frameWidth);
      }
    }
    return new Decoded(width, height, rgb, alpha, orientation);
  }

  /** The first frame's chunks as a file of their own. */
  private byte[] asStill(int frameWidth, int frameHeight) throws BrokenPicture {
    byte[] chunks = file.copy(frameAt + FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES);
    int length = HEADER_BYTES + CHUNK_HEADER_BYTES + EXTENDED_BYTES + chunks.length;
    ByteBuffer still = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    put(still, "RIFF").putInt(length - CHUNK_HEADER_BYTES);
    put(put(still, "WEBP"), "VP8X").putInt(EXTENDED_BYTES);
    still.putInt(is(frameAt + FRAME_HEADER_BYTES, "ALPH") ? HAS_ALPHA : 0);
    put24(put24(still, frameWidth - 1), frameHeight - 1);
    return still.put(chunks).array();
  }

  private static ByteBuffer put(ByteBuffer into, String word) {
    for (int i = 0; i < word.length(); i++) {
      into.put((byte) word.charAt(i));
    }
    return into;
  }

  private static ByteBuffer put24(ByteBuffer into, int value) {
    return into.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
  }

  private boolean is(int at, String chunk) {
    return file.has(at, chunk.length(), chunk);
  }

  private int little24(int at) throws BrokenPicture {
    return file.little16(at) | file.at(at + 2) << 16;
  }
}
