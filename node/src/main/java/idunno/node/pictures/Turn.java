package idunno.node.pictures;

/**
 * Turns and mirrors a picture by its EXIF orientation (Exif 2.32, tag 274), which says where the
 * first row and the first column of the stored pixels belong: 1 top and left, 2 top and right, 3
 * bottom and right, 4 bottom and left, 5 left and top, 6 right and top, 7 right and bottom, 8 left
 * and bottom.
 */
final class Turn {
  private Turn() {}

  /**
   * The picture as it was seen; the same object for orientation 1 and for numbers without sense.
   */
  static Picture upright(Picture stored, int orientation) {
    if (orientation < 2 || orientation > 8) {
      return stored;
    }
    boolean rowsBecomeColumns = orientation >= 5;
    // Where stored row 0 and column 0 lie at the far end of the side that they belong to.
    boolean rowsFromFarEnd =
        switch (orientation) {
          case 3, 4, 6, 7 -> true;
          default -> false;
        };
    boolean columnsFromFarEnd =
        switch (orientation) {
          case 2, 3, 7, 8 -> true;
          default -> false;
        };
    int width = stored.width();
    int height = stored.height();
    int columnStep = rowsBecomeColumns ? height : 1;
    int rowStep = rowsBecomeColumns ? 1 : width;
    int start =
        (rowsFromFarEnd ? rowStep * (height - 1) : 0)
            + (columnsFromFarEnd ? columnStep * (width - 1) : 0);
    int across = 3 * (columnsFromFarEnd ? -columnStep : columnStep);
    int down = 3 * (rowsFromFarEnd ? -rowStep : rowStep);
    byte[] from = stored.rgb();
    byte[] to = new byte[from.length];
    int in = 0;
    for (int y = 0; y < height; y++) {
      int out = 3 * start + y * down;
      for (int x = 0; x < width; x++, in += 3, out += across) {
        to[out] = from[in];
        to[out + 1] = from[in + 1];
        to[out + 2] = from[in + 2];
      }
    }
    return rowsBecomeColumns ? new Picture(height, width, to) : new Picture(width, height, to);
  }
}
