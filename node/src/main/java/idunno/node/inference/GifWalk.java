package idunno.node.inference;

/**
 * Walks a GIF file (GIF89a) from block to block up to the end of its first frame, which is the
 * picture.
 */
final class GifWalk {
  private static final int FRAME = 0x2C;
  private static final int EXTENSION = 0x21;

  private GifWalk() {}

  static void check(FileBytes file) throws BrokenPicture {
    int at = 13 + colourTableBytes(file.at(10));
    while (file.at(at) == EXTENSION) {
      at = afterSubBlocks(file, at + 2);
    }
    if (file.at(at) != FRAME) {
      throw file.broken("expected a frame at byte " + at + ", found none");
    }
    // Nine bytes of place and size, a colour table, and the code size; then the data.
    afterSubBlocks(file, at + 11 + colourTableBytes(file.at(at + 9)));
  }

  private static int colourTableBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static int afterSubBlocks(FileBytes file, int from) throws BrokenPicture {
    int at = from;
    while (file.at(at) != 0) {
      at += 1 + file.at(at);
    }
    return at + 1;
  }
}
