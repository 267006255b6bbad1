package idunno.node.inference;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Walks a PNG file (ISO/IEC 15948) from chunk to chunk up to its end: every checksum right, and no
 * more behind the packed data than the picture's size can hold.
 */
final class PngWalk {
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;

  /** One packed byte unpacks to no more than this many. */
  private static final long DEFLATE_BEST_RATIO = 1032;

  /** Data that cannot unpack to more than this is not unpacked twice. */
  private static final long TRUSTED_UNPACKED_BYTES = 256L << 20;

  private PngWalk() {}

  static void check(FileBytes file) throws BrokenPicture {
    long packed = 0;
    int at = 8;
    int type;
    do {
      int length = chunkLength(file, at);
      type = file.big32(at + 4);
      if (file.checksum(at + 4, length + 4) != file.big32(at + 8 + length)) {
        throw file.broken("the checksum of the chunk at byte " + at + " is wrong");
      }
      packed += type == IDAT ? length : 0;
      at += 12 + length;
    } while (type != IEND);
    if (packed * DEFLATE_BEST_RATIO > TRUSTED_UNPACKED_BYTES) {
      checkUnpackedSize(file);
    }
  }

  private static int chunkLength(FileBytes file, int at) throws BrokenPicture {
    int length = file.big32(at);
    if (length < 0 || length > file.length() - at - 12) {
      throw file.cutOff();
    }
    return length;
  }

  private static void checkUnpackedSize(FileBytes file) throws BrokenPicture {
    long allowed = mostUnpackedBytes(file);
    byte[] sink = new byte[1 << 16];
    Inflater inflater = new Inflater();
    try {
      int length;
      for (int at = 8; file.big32(at + 4) != IEND; at += 12 + length) {
        length = chunkLength(file, at);
        if (file.big32(at + 4) != IDAT) {
          continue;
        }
        file.feed(inflater, at + 8, length);
        for (int got = inflater.inflate(sink); got > 0; got = inflater.inflate(sink)) {
          allowed -= got;
          if (allowed < 0) {
            throw file.broken("the data unpacks to more than the picture's size");
          }
        }
      }
    } catch (DataFormatException e) {
      throw file.broken("the packed data is damaged");
    } finally {
      inflater.end();
    }
  }

  /** Four channels, a byte for each row's filter, and the seven passes of an interlaced picture. */
  private static long mostUnpackedBytes(FileBytes file) throws BrokenPicture {
    long width = file.big32(16) & 0xFFFFFFFFL;
    long height = file.big32(20) & 0xFFFFFFFFL;
    long bytesPerPixel = 4L * Math.max(1, file.at(24) / 8);
    return (Math.min(width, 1 << 24) * bytesPerPixel + 8) * (Math.min(height, 1 << 24) + 8);
  }
}
