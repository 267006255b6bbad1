package idunno.node.inference;

/** Whether a BMP file is as long as its header says that its rows are. */
final class BmpWalk {
  private static final int OLD_HEADER_BYTES = 12;

  private BmpWalk() {}

  static void check(FileBytes file) throws BrokenPicture {
    boolean old = file.little32(14) == OLD_HEADER_BYTES;
    long width = old ? file.little32(18) & 0xFFFF : file.little32(18);
    // A negative height says that the rows come from the top.
    long height = old ? file.little32(18) >>> 16 : Math.abs((long) file.little32(22));
    int bitsPerPixel = file.little32(old ? 22 : 26) >>> 16;
    long start = file.little32(10) & 0xFFFFFFFFL;
    if (Math.min(width, height) < 1 || Math.max(width, height) > PictureDecoder.MAX_SIDE) {
      throw file.broken(
          "expected sides of 1 to %d pixels, found %d x %d"
              .formatted(PictureDecoder.MAX_SIDE, width, height));
    }
    long rowBytes = (width * bitsPerPixel + 31) / 32 * 4;
    // Some writers leave out the last row's padding.
    if (start + rowBytes * (height - 1) + (width * bitsPerPixel + 7) / 8 > file.length()) {
      throw file.cutOff();
    }
  }
}
