package idunno.node.pictures;

/**
 * The formats that are read.
 *
 * <p>A file that is cut off is never decoded as far as it goes: a picture that is grey from there
 * on would give a wrong answer, and a wrong answer is worse than a recorded failure.
 */
enum PictureFormat {
  JPEG,
  PNG,
  GIF,
  BMP,
  WEBP;

  /**
   * Tells the format by the file's first bytes, never by its name.
   *
   * @throws BrokenPicture if it is none of these
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
    } else if (startsWith(file, 'R', 'I', 'F', 'F')
        && new FileBytes(WEBP, file).has(8, 4, "WEBP")) {
      return WEBP;
    }
    StringBuilder found = new StringBuilder();
    for (int i = 0; i < Math.min(4, file.length); i++) {
      found.append(String.format(" %02x", file[i] & 0xFF));
    }
    throw new BrokenPicture(
        "expected a JPEG, PNG, GIF, BMP or WebP picture, found a file that begins with" + found);
  }

  /**
   * Decodes a file of this format.
   *
   * @param wantsAlpha whether to keep the transparency
   * @throws BrokenPicture if the end is missing, a part is damaged, or the picture is too large
   */
  Decoded decode(byte[] file, boolean wantsAlpha) throws BrokenPicture {
    FileBytes bytes = new FileBytes(this, file);
    return switch (this) {
      case JPEG -> JpegFile.decode(bytes);
      case PNG -> PngPixels.decode(bytes, wantsAlpha);
      case GIF -> GifFrame.decode(bytes, wantsAlpha);
      case BMP -> BmpFile.decode(bytes, wantsAlpha);
      case WEBP -> WebpFile.decode(bytes, wantsAlpha);
    };
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
