package idunno.node.inference;

/**
 * The formats that are read, and for each the check that a file is whole.
 *
 * <p>The decoder, stb_image, reads past the end of a cut JPEG, GIF or BMP as if zeros followed, and
 * returns a picture that is grey or black from there on; when a table between a JPEG's size and its
 * data is damaged, it even returns a picture without that data. It trusts a PNG's checksums, and
 * lets its packed data unpack to any size. So each file is walked from block to block before it is
 * decoded. What the walk cannot find is a flipped bit inside a JPEG's data: that format has no
 * checksum.
 */
enum PictureFormat {
  JPEG,
  PNG,
  GIF,
  BMP;

  /**
   * Tells the format by the file's first bytes, never by its name.
   *
   * @throws BrokenPicture if it is none of the four
   */
  static PictureFormat of(byte[] file) throws BrokenPicture {
    if (file.length == 0) {
      throw new BrokenPicture("the file is empty");
    }
    if (startsWith(file, 0xFF, 0xD8, 0xFF)) {
      return JPEG;
    } else if (startsWith(file, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
      return PNG;
    } else if (startsWith(file, 'G', 'I', 'F', '8')) {
      return GIF;
    } else if (startsWith(file, 'B', 'M')) {
      return BMP;
    }
    StringBuilder found = new StringBuilder();
    for (int i = 0; i < Math.min(4, file.length); i++) {
      found.append(String.format(" %02x", file[i] & 0xFF));
    }
    throw new BrokenPicture(
        "expected a JPEG, PNG, GIF or BMP picture, found a file that begins with" + found);
  }

  /**
   * Walks the file's blocks up to the end of the picture.
   *
   * @throws BrokenPicture if the end is missing or a block is damaged
   */
  void checkWhole(byte[] file) throws BrokenPicture {
    FileBytes bytes = new FileBytes(this, file);
    switch (this) {
      case JPEG -> JpegWalk.check(bytes);
      case PNG -> PngWalk.check(bytes);
      case GIF -> GifWalk.check(bytes);
      case BMP -> BmpWalk.check(bytes);
    }
  }

  private static boolean startsWith(byte[] file, int... magic) {
    if (file.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((file[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
