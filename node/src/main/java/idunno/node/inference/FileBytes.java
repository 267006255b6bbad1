package idunno.node.inference;

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

  /** Four bytes, the highest first. */
  int big32(int position) throws BrokenPicture {
    return big16(position) << 16 | big16(position + 2);
  }

  /** Four bytes, the lowest first. */
  int little32(int position) throws BrokenPicture {
    return Integer.reverseBytes(big32(position));
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

  BrokenPicture cutOff() {
    return broken("the file is cut off after " + file.length + " bytes");
  }

  BrokenPicture broken(String reason) {
    return new BrokenPicture(format + ": " + reason);
  }
}
