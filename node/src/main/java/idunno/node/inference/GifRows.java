package idunno.node.inference;

/** Takes a GIF frame's pixels in the order of the file, and puts each where it belongs. */
final class GifRows {
  private final byte[] indices;
  private final int stride;
  private final int origin;
  private final int width;
  private final int height;
  private int step;
  private int pass;
  private int x;
  private int y;
  private int left;

  /**
   * Begins at the frame's first pixel.
   *
   * @param indices the whole picture's pixels
   * @param stride how many are in a row of the picture
   * @param origin where the frame's first pixel lies
   * @param width the frame's width
   * @param height the frame's height
   * @param interlaced whether every eighth row comes first, and then those between
   */
  GifRows(byte[] indices, int stride, int origin, int width, int height, boolean interlaced) {
    this.indices = indices;
    this.stride = stride;
    this.origin = origin;
    this.width = width;
    this.height = height;
    this.step = interlaced ? 8 : 1;
    this.left = width * height;
  }

  boolean isFull() {
    return left == 0;
  }

  /** Puts a run of pixels; what does not fit the frame is dropped. */
  void put(byte[] pixels, int from, int to) {
    int end = Math.min(to, from + left);
    left -= Math.max(0, end - from);
    for (int i = from; i < end; i++) {
      indices[origin + y * stride + x] = pixels[i];
      if (++x == width) {
        x = 0;
        nextRow();
      }
    }
  }

  private void nextRow() {
    y += step;
    // The second pass begins at row 4, the third at 2, the last at 1.
    while (y >= height && step > 1 && pass < 3) {
      pass++;
      y = 8 >> pass;
      step = pass == 1 ? 8 : 16 >> pass;
    }
  }
}
