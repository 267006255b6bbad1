package idunno.node.pictures;

import idunno.core.models.Preprocessing.Alpha;
import idunno.core.models.Preprocessing.Orientation;

/**
 * Decodes JPEG, PNG, GIF, BMP and WebP files, the first frame of those that move, to 8-bit RGB.
 *
 * <p>The pixels are those of {@code PIL.Image.open(f).convert("RGB")}, with which most networks'
 * authors read their pictures: grey becomes three equal channels, CMYK what Adobe's formula says,
 * 16 bits become 8. JPEG pixels differ from libjpeg's by a few of 255, for the two round
 * differently; all others are equal. Grey PNG of 16 bits differs on purpose, see {@link PngPixels}.
 */
public final class PictureDecoder {
  /** The longest file that is decoded. */
  public static final int MAX_FILE_BYTES = 64 << 20;

  /** The largest picture that is decoded, in pixels. */
  public static final int MAX_PIXELS = 64_000_000;

  /** The longest side that is decoded, in pixels: what a JPEG's header can say. */
  public static final int MAX_SIDE = 65_535;

  static {
    JpegFile.prepare(); // so that whoever warms up with any picture has the library loaded
  }

  private PictureDecoder() {}

  /**
   * Decodes one picture as a card does that says nothing of it: upright, transparency dropped.
   *
   * @param file the file's bytes
   * @throws BrokenPicture as {@link #decode(byte[], Orientation, Alpha)}
   */
  public static Picture decode(byte[] file) throws BrokenPicture {
    return decode(file, Orientation.UPRIGHT, Alpha.DROPPED);
  }

  /**
   * Decodes one picture. Any thread may call this; native memory is returned before it ends.
   *
   * @param file the file's bytes
   * @param orientation what becomes of the EXIF orientation, which JPEG, PNG and WebP may have
   * @param alpha what becomes of transparency
   * @throws BrokenPicture if the file is of another kind, cut off, damaged, or above {@link
   *     #MAX_FILE_BYTES}, {@link #MAX_PIXELS} or {@link #MAX_SIDE}
   */
  public static Picture decode(byte[] file, Orientation orientation, Alpha alpha)
      throws BrokenPicture {
    if (file.length > MAX_FILE_BYTES) {
      throw new BrokenPicture(
          "expected a file of at most " + MAX_FILE_BYTES + " bytes, found " + file.length);
    }
    return PictureFormat.of(file).decode(file, alpha != Alpha.DROPPED).picture(orientation, alpha);
  }
}
