package idunno.node.pictures;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Inflater;

/** A picture's file, read by position; to read past its end is to find that it is cut off. */
final class FileBytes {
  private final PictureFormat format;
  private final byte[] file;

  FileBytes(PictureFormat format, byte[] file) {
    this.format = format;
    this.file = file;
  }

  int length() {
    return file.length;
  }

  /** The byte at a position, 0 to 255. */
  int at(int position) throws BrokenPicture {
    if (position < 0 || position >= file.length) {
      throw cutOff();
    }
    return file[position] & 0xFF;
  }

  /** Two bytes, the higher first. */
  int big16(int position) throws BrokenPicture {
    return at(position) << 8 | at(position + 1);
  }

  /** Two bytes, the lower first. */
  int little16(int position) throws BrokenPicture {
    return at(position) | at(position + 1) << 8;
  }

  /** Four bytes, the highest first. */
  int big32(int position) throws BrokenPicture {
    return big16(position) << 16 | big16(position + 2);
  }

  /** Four bytes, the lowest first. */
  int little32(int position) throws BrokenPicture {
    return Integer.reverseBytes(big32(position));
  }

  /**
   * Whether a stretch begins with a word.
   *
   * @param word one byte a character
   */
  boolean has(int position, int length, String word) {
    if (position < 0 || length < word.length() || position > file.length - word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if ((file[position + i] & 0xFF) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * A copy of a stretch.
   *
   * @throws BrokenPicture if it is not inside the file
   */
  byte[] copy(int position, int length) throws BrokenPicture {
    if (position < 0 || length < 0 || length > file.length - position) {
      throw cutOff();
    }
    return Arrays.copyOfRange(file, position, position + length);
  }

  /**
   * Refuses a size that nobody needs, before any memory is set aside for it: a file of a few bytes
   * may claim any.
   *
   * @return how many pixels
   */
  int checkSize(long width, long height) throws BrokenPicture {
    long longer = Math.max(width, height);
    if (Math.min(width, height) < 1
        || longer > PictureDecoder.MAX_SIDE
        || width * height > PictureDecoder.MAX_PIXELS) {
      throw broken(
          "expected 1 to %d pixels and sides of at most %d, found %d x %d"
              .formatted(PictureDecoder.MAX_PIXELS, PictureDecoder.MAX_SIDE, width, height));
    }
    return (int) (width * height);
  }

  /** The CRC-32 of a stretch that is known to be inside the file. */
  int checksum(int position, int length) {
    CRC32 sum = new CRC32();
    sum.update(file, position, length);
    return (int) sum.getValue();
  }

  /** Gives an inflater a stretch that is known to be inside the file. */
  void feed(Inflater inflater, int position, int length) {
    inflater.setInput(file, position, length);
  }

  /** Appends a stretch that is known to be inside the file. */
  void copy(int position, int length, ByteBuffer into) {
    into.put(file, position, length);
  }

  BrokenPicture cutOff() {
    return broken("the file is cut off after " + file.length + " bytes");
  }

  BrokenPicture broken(String reason) {
    return new BrokenPicture(format + ": " + reason);
  }
}
