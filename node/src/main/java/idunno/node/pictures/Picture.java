package idunno.node.pictures;

/**
 * A decoded picture.
 *
 * @param width pixels in a row
 * @param height rows
 * @param rgb red, green and blue of each pixel, 8 bits each, row by row from the top; {@code 3 *
 *     width * height} bytes, owned by the picture
 */
@SuppressWarnings("ArrayRecordComponent") // a pixel buffer; pictures are never compared
public record Picture(int width, int height, byte[] rgb) {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if the sides are not positive or do not fit the bytes
   */
  public Picture {
    if (width < 1 || height < 1 || 3L * width * height != rgb.length) {
      throw new IllegalArgumentException(
          "picture: expected 3 bytes for each of "
              + width
              + " x "
              + height
              + " pixels, found "
              + rgb.length
              + " bytes");
    }
  }
}
