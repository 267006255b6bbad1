package idunno.node.pictures;

/**
 * Unpacks the runs of a BMP file with 8 or 4 bits a pixel: a count and what to repeat, or a zero
 * and an order: end of row, end of picture, a jump, or that many pixels one by one.
 */
final class BmpRuns {
  /** The packing's number for runs of 8-bit pixels. */
  static final int OF_BYTES = 1;

  /** The packing's number for runs of two 4-bit pixels in turn. */
  static final int OF_HALVES = 2;

  private static final int END_OF_ROW = 0;
  private static final int END_OF_PICTURE = 1;
  private static final int JUMP = 2;

  private BmpRuns() {}

  /**
   * Unpacks a picture.
   *
   * @param at where the runs begin
   * @param width the picture's width
   * @param height the picture's height, both checked
   * @return the indices, row by row from the bottom; 0 where the runs leave something out
   * @throws BrokenPicture if the runs leave the picture or the file ends before they do
   */
  static byte[] unpack(FileBytes file, int at, boolean halves, int width, int height)
      throws BrokenPicture {
    byte[] indices = new byte[width * height];
    int x = 0;
    int y = 0;
    int next = at;
    while (y < height) {
      int count = file.at(next);
      int what = file.at(next + 1);
      next += 2;
      if (count > 0) {
        if (x + count > width) {
          throw file.broken("a run leaves its row");
        }
        for (int i = 0; i < count; i++) {
          indices[y * width + x++] = (byte) (halves ? half(what, i) : what);
        }
        continue;
      }
      switch (what) {
        case END_OF_ROW -> {
          x = 0;
          y++;
        }
        case END_OF_PICTURE -> {
          return indices;
        }
        case JUMP -> {
          x += file.at(next);
          y += file.at(next + 1);
          next += 2;
          if (x > width) {
            throw file.broken("a jump leaves the picture");
          }
        }
        default -> {
          if (x + what > width) {
            throw file.broken("a run leaves its row");
          }
          for (int i = 0; i < what; i++) {
            indices[y * width + x++] =
                (byte) (halves ? half(file.at(next + i / 2), i) : file.at(next + i));
          }
          int bytes = halves ? (what + 1) / 2 : what;
          next += bytes + (bytes & 1); // to a whole number of 16 bits
        }
      }
    }
    return indices;
  }

  private static int half(int pair, int i) {
    return (i & 1) == 0 ? pair >> 4 : pair & 15;
  }
}
